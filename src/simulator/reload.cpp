#include "library/settings.hpp"
#include "simulator/scene.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>

// The operator changes settings while sessions are under way, or tries to.
namespace taleus::simulator {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr Duration patience = 20ms;

using Numbers = std::array<std::int64_t, (sizeof(ListenerTimeouts) + sizeof(Limits)) / sizeof(std::int64_t)>;

struct Changeable {
    ListenerTimeouts times;
    Limits limits;
};
// All of what a change may touch, to be compared.
Numbers numbers_of(const session::Settings& settings) {
    return std::bit_cast<Numbers>(Changeable{settings.listener, settings.limits});
}

// Shorter times than the usual ones, so that what must end by these ends by those, and other limits.
LiveSettings drawn(std::uint64_t how, const session::Settings& usual) {
    LiveSettings live{.timeouts = usual.listener, .limits = usual.limits};
    auto& times = live.timeouts;
    times.step = 300ms + milliseconds{how % 4000};
    times.respond = 300ms + milliseconds{how / 7 % 4000};
    times.session = 8s + milliseconds{how / 11 % 20'000};
    times.await_database = milliseconds{2100 + how / 13 % 6000}; // a dialer leaves two seconds of it to telling
    if (how / 17 % 2 == 0) live.limits.sessions = 1 + how / 19 % 5;
    if (how / 23 % 2 == 0) live.limits.waiting = 1 + how / 29 % 3;
    return live;
}

// One of them makes no sense; the others are as good as any.
void spoil(LiveSettings& live, std::uint64_t how) {
    switch (how % 4) {
    case 0: live.timeouts.refusal_after_deadline = 0s; break;
    case 1: live.limits.waiting_per_token = 0; break;
    case 2: live.limits.message_bytes = (1U << 20U) + 1; break;
    default: live.connections_per_address = 0; break;
    }
}

} // namespace

// Taken whole, for what begins from now on, or not at all.
void Scene::reload(const Event& event) {
    auto& role = any_listener(event.who);
    auto& node = *role.node;
    if (!node.is_serving() || !node.is_running()) return;
    if (node.listener().counts().streams == 0 && event.length > patience) { // as soon as somebody is being served
        auto again = event;
        again.length -= patience;
        return later(patience, [this, again] { reload(again); });
    }
    auto live = drawn(event.how, role.usual);
    const bool is_sound = event.how / 31 % 4 != 0;
    if (!is_sound) spoil(live, event.how);
    library::NodeSettings next;
    next.session = node.settings;
    const auto taken = library::apply(live, next);
    if (taken.has_value() != is_sound)
        report.add("settings_whole", fmt::format("{}: settings that make {}sense were {}", node.name(),
                                                 is_sound ? "" : "no ", taken ? "taken" : "refused"));
    if (!taken) {
        ++witness.counts["rare settings refused"];
        if (numbers_of(next.session) != numbers_of(node.settings))
            report.add("settings_whole", fmt::format("{}: what was refused was taken in part", node.name()));
        return;
    }
    if (node.listener().counts().streams > 0) ++witness.counts["rare settings changed under a session"];
    adopt(role, std::move(next.session));
}

void Scene::adopt(ListenerRole& role, session::Settings settings) {
    role.node->settings = std::move(settings);
    if (!role.node->is_serving()) return;
    role.node->apply();
    role.watch->changed(role.node->settings.listener);
    role.waiting_max = std::max(role.waiting_max, role.node->settings.limits.waiting);
}

} // namespace taleus::simulator
