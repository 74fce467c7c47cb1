#include "app/node_settings.hpp"

#include "library/presence.hpp"

namespace taleus::app {

library::NodeSettings node_settings(const OpenHome& home) {
    const auto& config = home.config;
    library::NodeSettings settings;
    settings.session.listener = config.listener;
    settings.session.dialer = config.dialer;
    settings.session.limits = config.limits;
    settings.session.rates = config.rates;
    settings.session.work = config.work;
    settings.session.breaker = config.breaker;
    settings.session.party_id = config.party_id;
    settings.session.read_back = config.verify.timeout;
    settings.session.cadre = config.party_cadre;
    settings.host.limits = config.host;
    settings.host.connection = config.connection;
    settings.host.connection.mplex_streams_max = config.connection.streams_max;
    settings.host.agent = "taleus/" TALEUS_VERSION;
    settings.host.mplex = config.mplex;
    settings.listen = config.listen;
    settings.announce = config.announce;
    // A store in the home is used by nobody but who holds the home's lock, wherever it was moved to.
    if (!config.store_url.empty()) settings.place = library::place_of(home.home.path());
    settings.keep_details = config.keep_details;
    settings.time_to_live = config.provisioner.time_to_live;
    return settings;
}

} // namespace taleus::app
