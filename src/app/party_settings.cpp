#include "app/party_settings.hpp"

namespace taleus::app {
namespace {

// Who serves strangers dials no address that only this machine or its neighbours should reach.
enum class Purpose : bool { serve, join };

ReadBack read_back_of(const VerifyConfig& verify, Purpose purpose) {
    ReadBack how{.only_public = verify.connect == "public" || (verify.connect == "auto" && purpose == Purpose::serve),
                 .tls = verify.tls,
                 .authorities = verify.root_cert,
                 .timeout = verify.timeout};
    std::error_code ignored;
    if (verify.connect != "off") how.program = std::filesystem::read_symlink("/proc/self/exe", ignored);
    return how;
}

Party party_of(const ConfiguredHome& home, Purpose purpose) {
    const auto& config = home.config;
    return {.home = home.home.path(),
            .key = Inside::key_of(home.key.copy()),
            .store_url = config.store_url,
            .party_id = config.party_id,
            .cadre = config.party_cadre,
            .time_to_live = config.provisioner.time_to_live,
            .read_back = read_back_of(config.verify, purpose)};
}

void refine(const Config& config, library::NodeSettings& settings) {
    settings.session.limits.message_bytes = config.limits.message_bytes; // a dialer's too: it has no other limits
    settings.session.rates = config.rates;
    settings.session.work = config.work;
    settings.session.breaker = config.breaker;
    settings.host.limits = config.host;
    settings.host.connection = config.connection;
    settings.host.connection.mplex_streams_max = config.connection.streams_max;
    settings.host.mplex = config.mplex;
    const bool has_threads = settings.host.handshake_threads > 0; // a listener; a dialer has nobody to shake hands with
    if (has_threads && config.handshake_threads > 0) settings.host.handshake_threads = config.handshake_threads;
    settings.keep_details = config.keep_details;
}

} // namespace

taleus::LiveSettings live_settings(const Config& config) {
    return {.timeouts = config.listener,
            .limits = config.limits,
            .connections = config.host.connections_max,
            .connections_per_address = config.host.per_address_max};
}

ListenerSettings listener_settings(const ConfiguredHome& home) {
    return {.party = party_of(home, Purpose::serve),
            .listen = home.config.listen,
            .announce = home.config.announce,
            .live = live_settings(home.config)};
}

DialerSettings dialer_settings(const ConfiguredHome& home) {
    return {.party = party_of(home, Purpose::join), .timeouts = home.config.dialer};
}

library::Beyond beyond(const ConfiguredHome& home) {
    return {.log = home.log.get(),
            .refine = [&config = home.config](library::NodeSettings& settings) { refine(config, settings); }};
}

} // namespace taleus::app
