#pragma once
// What a node counts, as metrics. The labels are of closed sets, so the series are always the same.

#include "library/node.hpp"
#include "ops/metrics.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace taleus::library {

// A list of readings, as it is written down.
class Readings {
public:
    using Labels = std::vector<std::pair<std::string, std::string>>;
    void gauge(std::string_view name, std::string_view help, double value, Labels labels = {}) {
        all_.push_back({name, help, false, value, std::move(labels)});
    }
    template <class Number>
    void counter(std::string_view name, std::string_view help, Number value, Labels labels = {}) {
        all_.push_back({name, help, true, static_cast<double>(value), std::move(labels)});
    }
    void histogram(std::string_view name, std::string_view help, const Histogram& value, Labels labels = {}) {
        all_.push_back({name, help, false, 0, std::move(labels), value});
    }
    std::vector<ops::Reading> take() { return std::move(all_); }

private:
    std::vector<ops::Reading> all_;
};

// Of connections, sessions, the store, and all that protects the node. On the node's thread.
void read_node(Readings& out, Node& node, const store::Journal& journal, const NodeSettings& settings, Instant now);

inline std::vector<ops::Reading> readings(Node& node, const store::Journal& journal, const NodeSettings& settings,
                                          Instant now) {
    Readings out;
    read_node(out, node, journal, settings, now);
    return out.take();
}

} // namespace taleus::library
