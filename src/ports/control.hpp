#pragma once
// What the admin interface shows of a node and asks of it. The node implements it; `ops` puts it on HTTP.

#include "async/awaitable.hpp"
#include "base/result.hpp"
#include "ports/journal.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <taleus/health.hpp>

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace taleus::ports {

using taleus::Check;
using taleus::Health;

// Settings to change, by key, as a person writes the values.
struct SettingChange {
    std::vector<std::pair<std::string, std::string>> values;
    bool persist = true; // config.toml as well
    std::string by;      // who asks, for the audit trail
};
// Why a change was not made. `code`: unknown_key, not_allowed, needs_restart, fixed, not_written. `detail` names the
// key and what is allowed or what to do.
struct SettingFault {
    std::string key;
    std::string code;
    std::string detail;
};

class Control {
public:
    virtual ~Control() = default;

    // At once and from any thread, also while the node's event loops stand still.
    virtual Health live() const = 0;    // each event loop moves
    virtual Health ready() const = 0;   // it takes new sessions
    virtual Health started() const = 0; // it has been ready once
    enum class Exposition : bool { prometheus, openmetrics };
    virtual std::string metrics(Exposition form) const = 0; // as of the last `sample`

    // On the node's event loop; awaited from any other. Documents as docs/openapi.json describes them.
    virtual awaitable<Result<void>> sample() = 0; // brings the metrics up to now
    virtual awaitable<Result<boost::json::object>> status() = 0;
    virtual awaitable<Result<boost::json::object>> sessions(SessionFilter filter) = 0;
    virtual awaitable<Result<std::optional<boost::json::object>>> session(std::string id) = 0;
    // A file of the node's trail in its static form (C2SP tlog-tiles); nullopt: there is none of that path.
    virtual awaitable<Result<std::optional<Bytes>>> trail_file(std::string path) = 0;
    virtual awaitable<Result<boost::json::object>> settings() = 0;
    // All or nothing; durable in the audit trail when it is answered. The settings as they are then.
    virtual awaitable<Result<std::expected<boost::json::object, std::vector<SettingFault>>>>
    change(SettingChange change) = 0;
    virtual awaitable<Result<boost::json::object>> drain(std::string by) = 0;
};

} // namespace taleus::ports
