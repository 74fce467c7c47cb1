// Hooks of one's own: databases that the application makes, and an identity check that asks somebody else and answers
// later. The hooks are shown at work in the world without a network; they are the same in a real listener.

#include <taleus/taleus.hpp>
#include <taleus/testing.hpp>

#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

// --- provisioner

// Makes databases where the application keeps its own, here a map. The idempotency key names the database: asked twice,
// it gives the same one, and what nobody completed is removed under that name.
class OwnProvisioner final : public taleus::Provisioner {
public:
    void provision(taleus::Call call, taleus::Order order, taleus::Completion<taleus::MadeDatabase> done) override {
        if (call.cancelled.stop_requested()) return; // nobody waits any more
        const std::lock_guard lock{mutex_};
        databases_.try_emplace(call.idempotency_key, order.draft); // one that is there stays as it is
        taleus::MadeDatabase made;
        made.database = {.endpoint = "ledger:" + order.tally_id, .credentials_ref = "partner-" + order.tally_id};
        made.own_login = "own-" + order.tally_id;
        made.has_logins = true; // with the passwords of the order
        done(std::move(made));
    }
    void remove(taleus::Call call, taleus::Order /*order*/, taleus::Completion<void> done) override {
        const std::lock_guard lock{mutex_};
        databases_.erase(call.idempotency_key); // removing what is not there is no failure
        done({});
    }
    std::size_t size() const {
        const std::lock_guard lock{mutex_};
        return databases_.size();
    }

private:
    mutable std::mutex mutex_; // hooks may be called on several threads, if the executor has several
    std::map<std::string, std::string> databases_;
};

// --- identity

// Asks a clerk, who takes a while: the question is kept, and answered when the clerk has decided.
class AskTheClerk final : public taleus::IdentityCheck {
public:
    void check(taleus::Call /*call*/, taleus::Claim claim, taleus::Completion<taleus::Verdict> done) override {
        waiting_.emplace_back(std::move(claim), std::move(done));
    }
    // The clerk's side.
    void decide(const std::string& welcome) {
        for (const auto& [claim, done] : std::exchange(waiting_, {}))
            done(claim.party_id == welcome ? taleus::Verdict::accept()
                                           : taleus::Verdict::refuse("the clerk does not know " + claim.party_id));
    }
    bool has_work() const { return !waiting_.empty(); }

private:
    std::vector<std::pair<taleus::Claim, taleus::Completion<taleus::Verdict>>> waiting_;
};

// --- both at work

int main() {
    const auto provisioner = std::make_shared<OwnProvisioner>();
    const auto clerk = std::make_shared<AskTheClerk>();

    taleus::testing::World world;
    taleus::testing::PartySettings settings;
    settings.hooks.provisioner = provisioner;
    settings.hooks.identity = clerk;
    auto& inviter = world.add_listener("anna", std::move(settings));

    taleus::Terms terms;
    terms.requirement = taleus::Requirement::external; // asks the clerk
    terms.uses = 2;
    const auto issued = inviter.invite(terms);
    if (!issued) return 1;

    for (const auto* name : {"bert", "carl"}) {
        auto& respondent = world.add_dialer(name);
        const auto joining = respondent.begin_join(issued->uri);
        if (!joining || !world.run_until([&] { return clerk->has_work(); })) return 1;
        world.run_for(std::chrono::seconds{2}); // the clerk thinks
        clerk->decide("party-bert");
        if (!world.run_until([&] { return joining->result().has_value(); })) return 1;
        const auto result = *joining->result();
        std::printf("%s: %s\n", name,
                    result.is_done() ? result.tally->database.endpoint.c_str() : result.reason.c_str());
    }
    return provisioner->size() == 1 && inviter.tallies().size() == 1 ? 0 : 1;
}
