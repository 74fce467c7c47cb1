#include "library/records.hpp"

#include "library/terms.hpp"
#include "session/partner_access.hpp"

namespace taleus::library {

async::awaitable<Result<std::vector<Invitation>>> invitations(Ground ground) {
    const auto views = co_await ground.journal.invitations();
    if (!views) co_return fail(views.error());
    std::vector<Invitation> all;
    for (const auto& view : *views) all.push_back(shown(view, ground.clock.utc()));
    co_return all;
}

async::awaitable<Result<std::vector<Tally>>> tallies(Ground ground) {
    const auto records = co_await ground.journal.tallies();
    if (!records) co_return fail(records.error());
    std::vector<Tally> all;
    for (const auto& record : *records) all.push_back(shown(record));
    co_return all;
}

async::awaitable<Result<std::optional<Login>>> login(Ground ground, std::string tally_id) {
    auto looking = ground.journal.tally(std::move(tally_id));
    const auto record = co_await std::move(looking);
    if (!record) co_return fail(record.error());
    if (!*record) co_return std::optional<Login>{};
    Login login{.name = (*record)->own_login, .password = {}};
    if (!(*record)->own_secret.empty()) {
        const auto secret = ground.store_key.reveal((*record)->own_secret, session::place_of_own((*record)->key));
        if (!secret) co_return fail(secret.error());
        login.password = to_text(secret->reveal());
    }
    co_return std::optional{std::move(login)};
}

} // namespace taleus::library
