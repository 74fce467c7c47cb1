#include "app/commands.hpp"
#include "audit/receipt.hpp"
#include "session/partner_access.hpp"
#include "wire/json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace taleus::app {

namespace {

std::string_view own_side(const ports::TallyRecord& tally) {
    const bool inviter = tally.side == protocol::Side::listener;
    return inviter == (tally.role == wire::Role::stock) ? "stock" : "foil";
}

boost::json::object json_of(const ports::TallyRecord& tally) {
    return {{"tallyId", tally.tally_id},
            {"sessionId", tally.session_id},
            {"side", protocol::to_text(tally.side)},
            {"role", wire::to_text(tally.role)},
            {"createdBy", tally.tally.created_by},
            {"ownSide", own_side(tally)},
            {"ownParty", tally.own_party},
            {"partnerParty", tally.partner_party},
            {"partnerPeer", tally.peer.to_text()},
            {"invitation", id_of(tally.token)},
            {"dbConnectionInfo",
             {{"endpoint", tally.database.endpoint}, {"credentialsRef", tally.database.credentials_ref}}},
            {"draft", tally.draft_verified ? "verified" : "none"},
            {"acknowledged", tally.acknowledged},
            {"confirmed", tally.confirmed},
            {"access", to_text(tally.access)},
            {"recorded", to_text(tally.recorded)}};
}

Exit list(OpenHome& home, const Console& console) {
    const auto tallies = home.engine.run(home.journal->tallies());
    if (!tallies) return console.error(tallies.error()), Exit::failed;
    if (console.json()) {
        for (const auto& tally : *tallies) console.data(json_of(tally));
        return Exit::done;
    }
    if (tallies->empty()) return console.note("no tallies yet"), Exit::done;
    std::vector<std::vector<std::string>> rows{{"TALLY", "OWN SIDE", "PARTNER", "DRAFT", "RECORDED"}};
    for (const auto& tally : *tallies)
        rows.push_back({readable(tally.tally_id, 64), std::string{own_side(tally)}, readable(tally.partner_party, 60),
                        tally.draft_verified ? "verified" : "none", to_text(tally.recorded)});
    console.text(table(rows));
    return Exit::done;
}

// What the receipt says, for who does not read receipts; it was checked when it came.
boost::json::value summary_of(const std::string& receipt) {
    const auto read = wire::parse_json(as_bytes(receipt));
    const auto opened = read ? audit::open_receipt(*read) : Result<audit::Receipt>{fail(read.error())};
    if (!opened) return "damaged";
    return boost::json::object{
        {"trail", opened->head.origin}, {"size", opened->head.size}, {"record", opened->record.seq}};
}

Exit show(OpenHome& home, const Console& console, const std::string& id, bool only_receipt) {
    const auto tally = home.engine.run(home.journal->tally(id));
    if (!tally) return console.error(tally.error()), Exit::failed;
    if (!*tally) {
        console.error({Code::internal, fmt::format("no tally has the id {}", escaped(id))},
                      "list them: taleus tally list");
        return Exit::failed;
    }
    const auto session = home.engine.run(home.journal->session((*tally)->session_id));
    if (!session) return console.error(session.error()), Exit::failed;
    const auto receipt = *session ? (*session)->session.receipt : std::string{};
    if (only_receipt && receipt.empty())
        return console.error(
                   {Code::internal, fmt::format("tally {} has no receipt: the listener gave none", escaped(id))}),
               Exit::failed;
    if (only_receipt) return console.text(receipt), Exit::done;
    auto shown = json_of(**tally);
    if (!receipt.empty()) shown["receipt"] = summary_of(receipt);
    if (!(*tally)->draft.empty()) shown["draftTally"] = boost::json::parse((*tally)->draft);
    boost::json::array cadre;
    for (const auto& address : (*tally)->partner_cadre) cadre.emplace_back(address);
    if (!(*tally)->own_login.empty()) shown["ownLogin"] = (*tally)->own_login;
    shown["partnerCadre"] = std::move(cadre);
    if (console.json()) return console.data(shown), Exit::done;
    for (const auto& [name, value] : shown)
        console.text(fmt::format("{:17} {}", std::string_view{name},
                                 value.is_string() ? readable(value.as_string(), 2048)
                                                   : readable(boost::json::serialize(value), 8192)));
    return Exit::done;
}

// The one place where a secret is shown, to who asks for it.
Exit show_access(OpenHome& home, const Console& console, const std::string& id) {
    const auto found = home.engine.run(home.journal->tally(id));
    if (!found) return console.error(found.error()), Exit::failed;
    if (!*found || (*found)->own_secret.empty()) {
        const auto why = *found ? fmt::format("tally {} has no login that this home knows", escaped(id))
                                : fmt::format("no tally has the id {}", escaped(id));
        console.error({Code::internal, why}, "list them: taleus tally list");
        return Exit::failed;
    }
    const auto& tally = **found;
    const auto secret = home.store_key->reveal(tally.own_secret, session::place_of_own(tally.key));
    if (!secret) return console.error(secret.error()), Exit::failed;
    const boost::json::object shown{{"tallyId", tally.tally_id},
                                    {"endpoint", tally.database.endpoint},
                                    {"login", tally.own_login},
                                    {"secret", as_text(secret->reveal())}};
    if (console.json()) return console.data(shown), Exit::done;
    for (const auto& [name, value] : shown) {
        const std::string_view text{value.as_string()};
        const auto line = readable(text, text.size());
        console.text(fmt::format("{:9} {}", std::string_view{name}, line));
        if (line != text) // as the partner chose it; nobody is to copy what stands in its place
            console.note(fmt::format("warning: {} has characters that are not shown; --json has it as it is",
                                     std::string_view{name}));
    }
    return Exit::done;
}

} // namespace

void add_tally(CLI::App& root, Invocation& invocation) {
    auto* tally = root.add_subcommand("tally", "the tallies this home knows");
    tally->require_subcommand(1);
    auto* listing = tally->add_subcommand("list", "all tallies, newest first");
    listing->footer("Example:\n  taleus tally list --json");
    listing->callback([&invocation] { invocation.run = [&invocation] { return with_home(invocation, list); }; });
    auto id = std::make_shared<std::string>();
    auto* showing = tally->add_subcommand("show", "one tally with its draft");
    showing->add_option("ID", *id, "its id, or the beginning of it")->required();
    auto only_receipt = std::make_shared<bool>(false);
    showing->add_flag(
        "--receipt", *only_receipt,
        "print only the listener's receipt, by which taleus audit verify --receipts proves what its trail was");
    showing->footer("Example:\n  taleus tally show bciq");
    auto* accessing = tally->add_subcommand("access", "how this side logs in to a tally's database, with the secret");
    accessing->add_option("ID", *id, "its id, or the beginning of it")->required();
    accessing->footer("Example:\n  taleus tally access bciq --json");
    accessing->callback([&invocation, id] {
        invocation.run = [&invocation, id] {
            return with_home(invocation,
                             [&](OpenHome& home, const Console& console) { return show_access(home, console, *id); });
        };
    });
    showing->callback([&invocation, id, only_receipt] {
        invocation.run = [&invocation, id, only_receipt] {
            return with_home(invocation, [&](OpenHome& home, const Console& console) {
                return show(home, console, *id, *only_receipt);
            });
        };
    });
}

} // namespace taleus::app
