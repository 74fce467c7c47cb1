// How an application tests its hooks: in a world of one process, with a time that the test moves and faults that the
// test makes. Run it as often as you like, it is the same each time.

#include <taleus/testing.hpp>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

using namespace std::chrono_literals;

// What is tested: databases that take a while to be made.
class SlowProvisioner final : public taleus::Provisioner {
public:
    void provision(taleus::Call call, taleus::Order order, taleus::Completion<taleus::MadeDatabase> done) override {
        ++asked;
        key = call.idempotency_key;
        finish = [done, id = order.tally_id] {
            done(taleus::MadeDatabase{.database = {.endpoint = "slow:" + id, .credentials_ref = ""}});
        };
    }
    void remove(taleus::Call call, taleus::Order /*order*/, taleus::Completion<void> done) override {
        was_removed = call.idempotency_key == key;
        done({});
    }

    int asked = 0;
    bool was_removed = false;
    std::string key;
    std::function<void()> finish;
};

#define CHECK(condition)                                                                                               \
    if (!(condition)) return std::fprintf(stderr, "line %d: not so: %s\n", __LINE__, #condition), 1

int main() {
    const auto provisioner = std::make_shared<SlowProvisioner>();
    taleus::testing::World world{42}; // the seed of all that is left to chance
    taleus::testing::PartySettings settings;
    settings.hooks.provisioner = provisioner;
    auto& inviter = world.add_listener("anna", std::move(settings));
    auto& respondent = world.add_dialer("bert");
    const auto link = inviter.invite()->uri;

    // The process ends while the database is being made. After its next start the same one is asked for.
    const auto interrupted = respondent.begin_join(link);
    CHECK(world.run_until([&] { return provisioner->asked == 1; }));
    const auto key = provisioner->key;
    inviter.crash();
    world.run_for(1s);
    inviter.restart();

    // It is too slow: the session's time is over, the answer comes too late and is dropped, and the respondent tries
    // again.
    CHECK(world.run_until([&] { return provisioner->asked == 2; }));
    CHECK(provisioner->key == key);
    world.run_for(6s);
    provisioner->finish();

    CHECK(world.run_until([&] { return provisioner->asked == 3; }));
    CHECK(provisioner->key == key);
    provisioner->finish();
    CHECK(world.run_until([&] { return interrupted->result().has_value(); }));
    CHECK(interrupted->result()->is_done());

    // Both have the same tally, and one use is spent.
    CHECK(inviter.tallies().size() == 1 && respondent.tallies().size() == 1);
    CHECK(inviter.tallies()[0].id == respondent.tallies()[0].id);
    CHECK(inviter.invitations()[0].spent == 1);
    std::puts("all is as it should be");
    return 0;
}
