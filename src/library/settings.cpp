#include "library/settings.hpp"

#include "library/rates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace taleus::library {
namespace {

NodeSettings common(const Party& party) {
    NodeSettings settings;
    settings.session.rates = contact_rates();
    settings.session.party_id = party.party_id;
    settings.session.cadre = party.cadre;
    settings.session.read_back = party.read_back.timeout;
    settings.host.limits.rates = connection_rates();
    settings.host.connection.mplex_streams_max = settings.host.connection.streams_max;
    settings.host.agent = "taleus/" TALEUS_VERSION;
    if (!party.store_url.empty()) settings.place = place_of(party.home);
    settings.time_to_live = party.time_to_live;
    return settings;
}

Result<void> check_addresses(std::string_view name, const std::vector<std::string>& addresses) {
    for (const auto& text : addresses)
        if (!wire::Multiaddr::from_text(text))
            return fail(Code::malformed,
                        fmt::format("{}: {} is no multiaddr such as /ip4/0.0.0.0/tcp/9000", name, escaped(text)));
    return {};
}

// Of a day, and no more, can a peer be told (`expiresInMs`).
Result<void> check_times(std::initializer_list<Duration> times) {
    if (std::ranges::all_of(times, [](Duration time) { return time > Duration::zero() && time <= time_max; }))
        return {};
    return fail(Code::malformed, "each time-out is more than zero and at most a day");
}

} // namespace

Result<NodeSettings> node_settings(const ListenerSettings& settings) {
    auto made = common(settings.party);
    if (settings.listen.empty() && settings.sockets.empty()) return fail(Code::malformed, "listen names no address");
    for (const auto& [name, addresses] :
         {std::pair{"listen", &settings.listen}, std::pair{"announce", &settings.announce}})
        if (auto sound = check_addresses(name, *addresses); !sound) return fail(std::move(sound.error()));
    made.listen = settings.listen;
    made.announce = settings.announce;
    made.host.handshake_threads = std::max(1U, std::thread::hardware_concurrency());
    if (auto sound = apply(settings.live, made); !sound) return fail(std::move(sound.error()));
    return made;
}

Result<NodeSettings> node_settings(const DialerSettings& settings) {
    auto made = common(settings.party);
    const auto& times = settings.timeouts;
    if (auto sound = check_times({times.connect, times.step, times.response, times.session, times.provision_margin,
                                  times.provision_unknown});
        !sound)
        return fail(std::move(sound.error()));
    made.session.dialer = times;
    return made;
}

Result<void> apply(const LiveSettings& live, NodeSettings& to) {
    const auto& times = live.timeouts;
    if (auto sound = check_times({times.step, times.respond, times.session, times.await_database, times.refusal,
                                  times.refusal_after_deadline});
        !sound)
        return sound;
    const auto& limits = live.limits;
    const auto least =
        std::min({limits.sessions, limits.sessions_per_peer, limits.sessions_per_address, limits.sessions_per_token,
                  limits.waiting, limits.waiting_per_peer, limits.waiting_per_token, limits.memory, live.connections,
                  live.connections_per_address});
    if (least == 0) return fail(Code::malformed, "each limit but `reserved` and `joiners` is more than zero");
    if (limits.message_bytes < 1024 || limits.message_bytes > std::size_t{1} << 20U)
        return fail(Code::malformed, "limits.message_bytes is from 1 KiB to 1 MiB");
    to.session.listener = times;
    to.session.limits = limits;
    to.host.limits.connections_max = live.connections;
    to.host.limits.per_address_max = live.connections_per_address;
    return {};
}

} // namespace taleus::library
