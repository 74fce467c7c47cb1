#include "simulator/scene.hpp"

#include <fmt/format.h>

#include <array>
#include <ranges>

// Peers without a home, who say what they please.
namespace taleus::simulator {

using namespace std::chrono_literals;
using sim::Manner;

namespace {

constexpr std::string_view canary = R"(,"note":"CANARY-OF-AN-IDENTITY")";

wire::PeerId stranger(std::uint64_t seed, std::uint64_t which) {
    SeededRandom named{seed * 31 + which};
    return wire::PeerId::of(wire::KeyPair::generate(named).public_key());
}

struct Saying {
    wire::PeerId who;
    wire::Multiaddr to;
    std::string text;
    Manner manner = Manner::whole;
};

void tell(Scene& scene, Saying saying) {
    auto& world = scene.world;
    async::asio::co_spawn(world.wire.executor(),
                          sim::say_as(std::move(saying.who), world.wire, world.network, std::move(saying.to),
                                      std::move(saying.text), saying.manner),
                          [](const std::exception_ptr& failed, const sim::Reply&) {
                              if (failed) std::rethrow_exception(failed);
                          });
}

// A whole foil bootstrap by hand: the contact, then a database as often as there are names of it.
async::awaitable<void> bring(Scene& scene, Saying contact, std::vector<std::string> tallies, std::string creator) {
    auto& world = scene.world;
    const auto who = contact.who;
    const auto to = contact.to;
    auto asking = sim::say_as(who, world.wire, world.network, to, std::move(contact.text));
    const auto reply = co_await std::move(asking);
    const auto session = sim::member(reply, "sessionId");
    if (session.empty() || reply.has("provisionResult")) co_return;
    for (const auto& tally : tallies)
        tell(scene, {who, to, sim::database_text(tally, "wss://somewhere", session, creator)});
}

void begin(Scene& scene, async::awaitable<void> work) {
    async::asio::co_spawn(scene.world.wire.executor(), std::move(work), [](const std::exception_ptr& failed) {
        if (failed) std::rethrow_exception(failed);
    });
}

constexpr std::array<std::string_view, 8> malformed{
    "",
    "{",
    "[]",
    R"({"token":1})",
    R"({"token":"x","token":"y","partyId":"p"})",
    "{\"token\":\"\xff\"}",
    R"({"tally":{},"token":"x"})",
    R"({"tally":{"tallyId":"","createdBy":"foil"},"dbConnectionInfo":{}})"};

constexpr std::size_t flood = 400; // more than are recorded one by one
constexpr std::uint64_t flood_in = 16;

} // namespace

// Says something to a listener that an invitation names.
void Scene::learn_strangers() {
    struct Stranger {
        wire::PeerId peer;
        wire::Multiaddr to;
        std::string token;
        std::string contact;
    };
    const auto drawn = [this](const Event& event) {
        const auto& link = any_dialer(event.who).link;
        return Stranger{stranger(plan.seed, event.who % 3), link.addresses[event.how % link.addresses.size()],
                        link.token,
                        sim::contact_text(link.token, fmt::format("party-of-stranger-{}", event.who % 3), canary)};
    };
    const auto says = [this, drawn](Fault fault, Manner manner,
                                    std::function<std::string(const Stranger&, const Event&)> what) {
        on(fault, [this, drawn, manner, what = std::move(what)](const Event& event) {
            const auto who = drawn(event);
            tell(*this, {who.peer, who.to, what(who, event), manner});
        });
    };
    const auto contact = [](const Stranger& who, const Event&) { return who.contact; };
    says(Fault::wrong_token, Manner::whole, [](const Stranger&, const Event& event) {
        return sim::contact_text(fmt::format("{:032}", event.how), "party-of-a-stranger", canary);
    });
    says(Fault::stolen_token, Manner::whole, [this](const Stranger& who, const Event& event) {
        const auto& theirs = any_dialer(event.who).node->settings.party_id;
        return sim::contact_text(who.token, theirs.empty() ? any_dialer(event.who).node->peer().to_text() : theirs,
                                 canary);
    });
    says(Fault::false_identity, Manner::whole, [](const Stranger& who, const Event& event) {
        return sim::contact_text(who.token, fmt::format("{}-{}", false_party, event.how % 9), canary);
    });
    on(Fault::malformed_message, [this, drawn](const Event& event) {
        const auto who = drawn(event);
        const std::size_t times = event.how % flood_in == 0 ? flood : 1;
        for (std::size_t i = 0; i < times; ++i)
            tell(*this, {who.peer, who.to, std::string{malformed[(event.how + i) % malformed.size()]}});
    });
    says(Fault::unfinished_message, Manner::unfinished,
         [](const Stranger& who, const Event&) { return who.contact.substr(0, who.contact.size() / 2); });
    says(Fault::slow_message, Manner::slow, contact);
    says(Fault::early_leaver, Manner::leaves, contact);
    says(Fault::greedy_reader, Manner::takes_nothing, contact);
    says(Fault::late_reader, Manner::takes_late, contact);
    says(Fault::foreign_database, Manner::whole, [this](const Stranger&, const Event& event) {
        return sim::database_text("tally-of-a-thief", "wss://thief", event.how % 2 == 0 ? last_session() : "");
    });
    on(Fault::repeated_contact, [this, drawn](const Event& event) {
        const auto who = drawn(event);
        const auto& addresses = any_dialer(event.who).link.addresses;
        for (std::size_t i = 0; i < 2 + event.how % 5; ++i)
            tell(*this, {who.peer, addresses[(event.how + i) % addresses.size()], who.contact});
    });
    const auto brings = [this, drawn](Fault fault, std::vector<std::string_view> endings) {
        on(fault, [this, drawn, endings](const Event& event) {
            const auto who = drawn(event);
            std::vector<std::string> tallies;
            for (const auto ending : endings)
                tallies.push_back(fmt::format("tally-{}-{}{}", plan.seed, event.who % 3, ending));
            const auto* creator = event.how % 4 == 0 ? "stock" : "foil"; // the former is invalid
            begin(*this, bring(*this, {who.peer, who.to, who.contact}, std::move(tallies), creator));
        });
    };
    brings(Fault::repeated_database, {"", "", ""});
    brings(Fault::other_database, {"", "-other"});
}

// That a listener named last to anybody.
std::string Scene::last_session() const {
    constexpr std::string_view name = R"("sessionId":")";
    for (const auto& [number, talk] : std::views::reverse(witness.talks))
        if (const auto at = talk.answered.find(name); at != std::string::npos) {
            const auto from = at + name.size();
            return talk.answered.substr(from, talk.answered.find('"', from) - from);
        }
    return {};
}

} // namespace taleus::simulator
