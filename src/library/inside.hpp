#pragma once
// What is behind the public handles, for the library and the program.

#include "wire/keys.hpp"

#include <taleus/dialer.hpp>
#include <taleus/key.hpp>
#include <taleus/listener.hpp>

#include <memory>
#include <utility>

namespace taleus {

namespace library {
class ControlPlane;
struct Beyond;
} // namespace library

struct NodeKey::Parts {
    wire::KeyPair pair;
};

// The way from public objects to what they stand for, and back.
struct Inside {
    static const wire::KeyPair& of(const NodeKey& key) { return key.parts_->pair; }
    static NodeKey key_of(wire::KeyPair pair) {
        return NodeKey{std::make_shared<const NodeKey::Parts>(std::move(pair))};
    }
    // `Listener::start` and `Dialer::open`, with more. `plane` may be null.
    static Result<Listener> start(ListenerSettings settings, const Hooks& hooks, const library::Beyond& beyond,
                                  library::ControlPlane* plane);
    static Result<Dialer> open(DialerSettings settings, const Hooks& hooks, const library::Beyond& beyond);
};

} // namespace taleus
