#pragma once
// How a command asks the listener that runs in its home.

#include "app/home.hpp"
#include "ops/client.hpp"

#include <boost/json/object.hpp>

#include <optional>

namespace taleus::app {

// What a listener answered: a document, or a problem with its status.
struct Told {
    unsigned status = 0;
    boost::json::object document;
};
// nullopt: no listener runs in this home, or it has no admin interface.
Result<std::optional<Told>> ask_listener(const Home& home, const ops::Ask& what);

// A problem as an error of a command.
Error error_of(const Told& problem);

} // namespace taleus::app
