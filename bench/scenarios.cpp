// The seed scenarios, measured in the simulated world with three handlers side by side: a markdown table on stdout.
// Time is simulated, so the same figures come out on every machine. Ends with 1 when this machine's row is not as
// promised.
//
// In each, honest parties bootstrap while something goes wrong with others. They are patient for 30 s.

#include "async/sleep.hpp"
#include "sim/raw_peer.hpp"
#include "sim/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "bench/baselines.hpp"

namespace taleus::bench {
namespace {

using namespace std::chrono_literals;

enum class Handler : std::uint8_t { sequential, concurrent, machine };
enum class Scenario : std::uint8_t { many_parties, partition, slow_identity, crash_in_handshake };

// Takes `delay`, then accepts.
class SlowVerifier final : public ports::IdentityHook {
public:
    async::awaitable<Result<std::optional<std::string>>> judge(wire::Contact, wire::PeerId, ports::Call) override {
        co_await async::sleep_until(process->clock, process->clock.now() + delay);
        co_return std::optional<std::string>{};
    }
    sim::Process* process = nullptr;
    Duration delay = 1h;
};

struct Row {
    std::size_t honest = 0;
    std::size_t done = 0;
    std::vector<double> took; // ms, of those that were done
    bool is_retry_answered = false;
    std::size_t held = 0; // a minute later: sessions that never ended
    double percentile(double fraction) const {
        if (took.empty()) return 0;
        return took[std::min(took.size() - 1, static_cast<std::size_t>(fraction * static_cast<double>(took.size())))];
    }
};

class Stage {
public:
    Stage(Handler handler, std::uint64_t seed) : world_{seed}, inviter_{world_.add("anna")} {
        inviter_.identity_hook = &verifier_;
        inviter_.settings.limits.sessions_per_peer = 1000;
        inviter_.boot();
        verifier_.process = &inviter_.process();
        if (handler == Handler::machine) {
            inviter_.serve();
            return;
        }
        if (handler == Handler::sequential) {
            auto made = std::make_unique<SequentialHandler>(inviter_, verifier_);
            held_ = [&own = *made] { return own.held(); };
            handler_ = std::move(made);
        } else {
            auto made = std::make_unique<ConcurrentHandler>(inviter_, verifier_);
            held_ = [&own = *made] { return own.held(); };
            handler_ = std::move(made);
        }
        world_.network.listen(inviter_.address(), inviter_.peer(), inviter_.process(), handler_.get());
    }

    Row play(Scenario scenario) {
        const auto plain = world_.invite(inviter_, {.uses = std::nullopt});
        const auto external =
            world_.invite(inviter_, {.uses = std::nullopt, .requirement = protocol::Requirement::external});
        const auto single = world_.invite(inviter_);
        auto& crowd = world_.dialer("crowd");
        auto& victim = world_.dialer("victim");
        inviter_.provisioner().delay = 100ms;
        Row row;
        row.honest = scenario == Scenario::many_parties ? 200 : 50;
        if (scenario == Scenario::partition) {
            tell(victim, single.token, "victim", sim::Manner::leaves); // whole, and cut off before the answer
            world_.network.silence(victim.peer());
        }
        if (scenario == Scenario::slow_identity)
            for (int i = 0; i < 20; ++i) tell(victim, external.token, "slow-" + std::to_string(i));
        if (scenario == Scenario::crash_in_handshake)
            for (int i = 0; i < 20; ++i)
                tell(victim, plain.token, "half-" + std::to_string(i), sim::Manner::unfinished);
        world_.run_for(20ms);
        if (scenario == Scenario::crash_in_handshake) world_.network.silence(victim.peer()); // nobody is told
        for (std::size_t i = 0; i < row.honest; ++i)
            if (scenario == Scenario::many_parties)
                begin(crowd, plain.token, fmt::format("party-{}", i), row);
            else
                later(crowd, plain.token, fmt::format("party-{}", i), 20ms * i, row);
        world_.run_for(30s);
        row.done = row.took.size();
        std::ranges::sort(row.took);
        if (scenario == Scenario::partition) {
            bool is_over = false;
            async::asio::co_spawn(victim.process().executor(),
                                  say(victim, inviter_.address(), sim::contact_text(single.token, "victim")),
                                  [&](const std::exception_ptr&, const sim::Reply& reply) {
                                      row.is_retry_answered = sim::member(reply, "approved") == "true";
                                      is_over = true;
                                  });
            world_.run_for(10s);
            static_cast<void>(is_over);
        }
        world_.run_for(60s);
        row.held = held_ ? held_() : inviter_.listener().counts().streams + inviter_.listener().counts().tasks;
        return row;
    }

    void leave() { // what hangs for an hour ends
        verifier_.delay = {};
        world_.run_dry();
    }

private:
    void tell(sim::Node& from, const std::string& token, const std::string& party,
              sim::Manner manner = sim::Manner::whole) {
        async::asio::co_spawn(from.process().executor(),
                              say(from, inviter_.address(), sim::contact_text(token, party), manner),
                              [](const std::exception_ptr&, const sim::Reply&) {});
    }
    void begin(sim::Node& from, const std::string& token, const std::string& party, Row& row) {
        async::asio::co_spawn(from.process().executor(), say(from, inviter_.address(), sim::contact_text(token, party)),
                              [&row](const std::exception_ptr&, const sim::Reply& reply) {
                                  if (sim::member(reply, "approved") != "true") return;
                                  row.took.push_back(std::chrono::duration<double, std::milli>(reply.took).count());
                              });
    }
    static async::awaitable<sim::Reply> say_later(sim::Node& from, wire::Multiaddr to, std::string text,
                                                  Duration after) {
        co_await async::sleep_until(from.process().clock, from.process().clock.now() + after);
        auto saying = say(from, std::move(to), std::move(text));
        co_return co_await std::move(saying);
    }
    void later(sim::Node& from, const std::string& token, const std::string& party, Duration after, Row& row) {
        async::asio::co_spawn(from.process().executor(),
                              say_later(from, inviter_.address(), sim::contact_text(token, party), after),
                              [&row](const std::exception_ptr&, const sim::Reply& reply) {
                                  if (sim::member(reply, "approved") != "true") return;
                                  row.took.push_back(std::chrono::duration<double, std::milli>(reply.took).count());
                              });
    }

    SlowVerifier verifier_;
    sim::World world_;
    sim::Node& inviter_;
    std::unique_ptr<ports::StreamHandler> handler_;
    std::function<std::size_t()> held_;
};

int run() {
    static constexpr std::array handlers{"sequential", "concurrent", "this machine"};
    static constexpr std::array scenarios{
        "200 parties at once on one multi-use token", "a partition before the answer; the same party asks again",
        "identity validation that hangs for 20 others", "20 peers that crash in mid-handshake"};
    std::puts("| scenario | handler | honest parties done | p50 ms | p99 ms | retry answered | sessions still held a "
              "minute later |\n|---|---|---|---|---|---|---|");
    bool is_good = true;
    for (std::size_t s = 0; s < scenarios.size(); ++s)
        for (std::size_t h = 0; h < handlers.size(); ++h) {
            auto& stage = *new Stage{static_cast<Handler>(h), 17}; // baselines leave work behind: never destroyed
            const auto scenario = static_cast<Scenario>(s);
            const auto row = stage.play(scenario);
            const auto* retry = scenario != Scenario::partition ? "" : row.is_retry_answered ? "yes" : "no";
            std::puts(fmt::format("| {} | {} | {} of {} | {:.0f} | {:.0f} | {} | {} |", scenarios[s], handlers[h],
                                  row.done, row.honest, row.percentile(0.5), row.percentile(0.99), retry, row.held)
                          .c_str());
            if (static_cast<Handler>(h) != Handler::machine) continue;
            const bool is_retried = scenario != Scenario::partition || row.is_retry_answered;
            is_good = is_good && row.done == row.honest && row.percentile(0.99) < 1000 && is_retried && row.held == 0;
        }
    return is_good ? 0 : 1;
}

} // namespace
} // namespace taleus::bench

int main() {
    const int ended = taleus::bench::run();
    std::fflush(stdout);
    std::_Exit(ended); // whatever the baselines still hold
}
