#include "app/load.hpp"

#include "async/sleep.hpp"
#include "async/task_group.hpp"
#include "host/host.hpp"
#include "ports/stream.hpp"
#include "protocol/dialer.hpp"
#include "wire/base_text.hpp"
#include "wire/keys.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>
#include <utility>
#include <variant>

namespace taleus::app {

namespace {

using async::awaitable;

constexpr auto closing_time = std::chrono::seconds{2};
constexpr std::size_t dials_at_once = 64;

host::HostSettings client_settings() {
    host::HostSettings settings;
    settings.agent = "taleus-bench";
    settings.connection.idle = std::chrono::hours{24};
    return settings;
}

Bytes bytes_of(std::string_view text) {
    const auto view = as_bytes(text);
    return {view.begin(), view.end()};
}

// An identity with at most one connection. Closed before it is destroyed.
class Client {
public:
    Client(async::Executor executor, async::Clock& clock, Random& random, guard::Protection& guards)
        : key_{wire::KeyPair::generate(random)},
          host_{executor, clock, random, key_, client_settings(), nullptr, guards} {}

    awaitable<Result<void>> connect(const wire::Multiaddr& address) {
        auto connection = co_await host_.dial(address);
        if (!connection) co_return fail(connection.error());
        connection_ = std::move(*connection);
        co_return Result<void>{};
    }
    void disconnect() { connection_.reset(); }
    awaitable<void> close(Instant deadline) {
        disconnect();
        co_await host_.close(deadline);
    }
    // Sends one message and reads the answer to its end.
    awaitable<Result<Bytes>> exchange(const std::string& message) {
        if (!connection_ || !connection_->is_alive()) co_return fail(Code::peer_gone, "the connection is lost");
        auto stream = co_await connection_->open(wire::bootstrap_protocol);
        if (!stream) co_return fail(stream.error());
        if (auto sent = co_await (*stream)->finish(bytes_of(message)); !sent) co_return fail(sent.error());
        Bytes answer;
        for (;;) {
            auto part = co_await (*stream)->read();
            if (!part) co_return fail(part.error());
            if (part->empty()) co_return answer;
            answer.insert(answer.end(), part->begin(), part->end());
            if (answer.size() > wire::message_bytes_default)
                co_return fail(Code::message_too_large, "the answer is too large");
        }
    }

    // Says nothing until the listener has had enough.
    awaitable<Result<void>> hang() {
        if (!connection_ || !connection_->is_alive()) co_return fail(Code::peer_gone, "the connection is lost");
        auto stream = co_await connection_->open(wire::bootstrap_protocol);
        if (!stream) co_return fail(stream.error());
        for (;;) {
            auto part = co_await (*stream)->read();
            if (!part) co_return fail(part.error());
            if (part->empty()) co_return Result<void>{};
        }
    }

private:
    wire::KeyPair key_;
    host::Host host_;
    std::unique_ptr<ports::Connection> connection_;
};

// What one load is made of while it runs; the workers refer to it.
class Run {
public:
    Run(const Load& load, async::Executor executor, async::Clock& clock, Random& random)
        : load_{load}, executor_{executor}, clock_{clock}, random_{random},
          prefix_{"bench-" + wire::to_base64url(random.bytes<9>())}, workers_{executor, clock} {}

    awaitable<Result<LoadReport>> perform(async::Limit& limit);

private:
    // How a session ended: nullopt when it went well, the code of a refusal, or an error.
    using Ending = Result<std::optional<Code>>;

    awaitable<Result<void>> connect_all(async::Limit& limit);
    awaitable<void> connect_some(async::Limit& limit, std::size_t& next, std::optional<Error>& failure);
    awaitable<bool> workers_ended(async::Limit& limit);
    awaitable<void> close_all();

    void meet_all();
    awaitable<void> work(async::Limit& limit, std::size_t worker);
    awaitable<Ending> session(async::Limit& limit, Instant deadline, std::size_t number, std::size_t worker);
    awaitable<Ending> warm_session(async::Limit& limit, Instant deadline, std::size_t number);
    awaitable<Ending> cold_session(async::Limit& limit, Instant deadline, std::size_t number);
    awaitable<Ending> returning_session(async::Limit& limit, Instant deadline, std::size_t number, Client& client);
    void note(const Ending& ending, Duration spent);

    awaitable<Ending> connect_and_bootstrap(Client& client, std::size_t number);
    awaitable<Ending> bootstrap(Client& client, std::size_t number);
    awaitable<Ending> deliver(Client& client, std::size_t number, std::optional<std::string> session_id);
    // Waits as a dialer does before it repeats; false: this refusal is final.
    awaitable<bool> may_repeat(const wire::Refusal& refusal, unsigned attempt);
    std::size_t workers_max() const { return std::min(load_.concurrency, load_.sessions); }
    std::string party(std::size_t number) const { return fmt::format("{}-{}", prefix_, number); }

    const Load& load_;
    async::Executor executor_;
    async::Clock& clock_;
    Random& random_;
    guard::Protection guards_{random_, {}}; // nobody calls in
    const std::string prefix_;
    async::TaskGroup workers_;
    std::deque<Client> clients_; // warm, returning, mixed
    std::size_t next_ = 0;
    Instant start_;
    LoadReport report_;
};

awaitable<Result<LoadReport>> Run::perform(async::Limit& limit) {
    if (load_.mode == Load::Mode::warm || load_.mode == Load::Mode::mixed) {
        if (auto connected = co_await connect_all(limit); !connected) {
            co_await close_all();
            co_return fail(connected.error());
        }
    }
    if (load_.mode == Load::Mode::returning) meet_all();
    start_ = clock_.now();
    for (std::size_t i = 0; i < workers_max(); ++i)
        workers_.spawn([this, i](async::Limit& own) { return work(own, i); });
    co_await workers_ended(limit);
    report_.elapsed = clock_.now() - start_;
    std::ranges::sort(report_.latencies);
    co_await close_all();
    co_return std::move(report_);
}

// False when `limit` was stopped before they were done; they have ended all the same.
awaitable<bool> Run::workers_ended(async::Limit& limit) {
    if (co_await async::within(limit, Instant::max(), workers_.join())) co_return true;
    workers_.stop();
    co_await workers_.join();
    co_return false;
}

awaitable<Result<void>> Run::connect_all(async::Limit& limit) {
    for (std::size_t i = 0; i < load_.connections; ++i) clients_.emplace_back(executor_, clock_, random_, guards_);
    std::size_t next = 0;
    std::optional<Error> failure;
    for (std::size_t i = 0; i < std::min(dials_at_once, load_.connections); ++i)
        workers_.spawn([&](async::Limit& own) { return connect_some(own, next, failure); });
    if (!co_await workers_ended(limit)) co_return fail(Code::unreachable, "interrupted while connecting");
    if (failure) co_return fail(*failure);
    co_return Result<void>{};
}

awaitable<void> Run::connect_some(async::Limit& limit, std::size_t& next, std::optional<Error>& failure) {
    while (next < clients_.size() && !failure && !limit.is_stopped()) {
        auto& client = clients_[next++];
        const auto connected =
            co_await async::within(limit, clock_.now() + load_.timeout, client.connect(load_.address));
        if (!connected)
            failure = Error{Code::unreachable, "no connection in time"};
        else if (!*connected)
            failure = connected->error();
    }
}

awaitable<void> Run::close_all() {
    const auto deadline = clock_.now() + closing_time;
    for (auto& client : clients_) client.disconnect();
    for (auto& client : clients_) co_await client.close(deadline);
    clients_.clear();
}

// Who will call again and again; nobody is connected yet.
void Run::meet_all() {
    for (std::size_t i = 0; i < workers_max(); ++i) clients_.emplace_back(executor_, clock_, random_, guards_);
}

awaitable<void> Run::work(async::Limit& limit, std::size_t worker) {
    while (next_ < load_.sessions && !limit.is_stopped()) {
        const auto number = next_++;
        auto begun = clock_.now();
        if (load_.rate > 0) {
            const std::chrono::duration<double> offset{static_cast<double>(number) / load_.rate};
            const auto due = start_ + std::chrono::duration_cast<Duration>(offset);
            if (due > begun && !co_await async::within(limit, Instant::max(), async::sleep_until(clock_, due))) break;
            begun = due; // one that found no free worker in time has been waiting since then
        }
        ++report_.sessions;
        note(co_await session(limit, clock_.now() + load_.timeout, number, worker), clock_.now() - begun);
    }
}

awaitable<Run::Ending> Run::session(async::Limit& limit, Instant deadline, std::size_t number, std::size_t worker) {
    switch (load_.mode) {
    case Load::Mode::warm: return warm_session(limit, deadline, number);
    case Load::Mode::cold: return cold_session(limit, deadline, number);
    case Load::Mode::returning: return returning_session(limit, deadline, number, clients_[worker]);
    case Load::Mode::mixed:
        return number % 2 == 0 ? warm_session(limit, deadline, number) : cold_session(limit, deadline, number);
    }
    std::unreachable();
}

awaitable<Run::Ending> Run::warm_session(async::Limit& limit, Instant deadline, std::size_t number) {
    auto ending = co_await async::within(limit, deadline, bootstrap(clients_[number % clients_.size()], number));
    co_return ending ? std::move(*ending) : Ending{fail(Code::timeout, "no end in time")};
}

// The connection's end is part of what a cold session costs, and nothing interrupts it.
awaitable<Run::Ending> Run::cold_session(async::Limit& limit, Instant deadline, std::size_t number) {
    Client client{executor_, clock_, random_, guards_};
    auto ending = co_await async::within(limit, deadline, connect_and_bootstrap(client, number));
    co_await client.close(clock_.now() + closing_time);
    co_return ending ? std::move(*ending) : Ending{fail(Code::timeout, "no end in time")};
}

awaitable<Run::Ending> Run::returning_session(async::Limit& limit, Instant deadline, std::size_t number,
                                              Client& client) {
    auto ending = co_await async::within(limit, deadline, connect_and_bootstrap(client, number));
    client.disconnect();
    co_return ending ? std::move(*ending) : Ending{fail(Code::timeout, "no end in time")};
}

void Run::note(const Ending& ending, Duration spent) {
    if (!ending) {
        ++report_.failed;
        ++report_.codes[ending.error().code];
    } else if (*ending) {
        ++report_.refused;
        ++report_.codes[**ending];
    } else {
        ++report_.ok;
        report_.latencies.push_back(spent);
    }
}

awaitable<Run::Ending> Run::connect_and_bootstrap(Client& client, std::size_t number) {
    if (auto connected = co_await client.connect(load_.address); !connected) co_return fail(connected.error());
    co_return co_await bootstrap(client, number);
}

awaitable<Run::Ending> Run::bootstrap(Client& client, std::size_t number) {
    if (load_.hang) {
        if (const auto ended = co_await client.hang(); !ended) co_return fail(ended.error());
        co_return std::nullopt;
    }
    const auto message = wire::to_json(wire::Contact{
        .token = load_.token, .party_id = party(number), .identity_bundle = {{"partyId", party(number)}}, .cadre = {}});
    for (unsigned attempt = 1;; ++attempt) {
        const auto answer = co_await client.exchange(message);
        if (!answer) co_return fail(answer.error());
        const auto response = wire::parse_response(*answer);
        if (!response) co_return fail(response.error());
        if (const auto* refusal = std::get_if<wire::Refusal>(&*response)) {
            if (!co_await may_repeat(*refusal, attempt)) co_return wire::code_of(*refusal);
            continue;
        }
        const auto& approved = std::get<wire::Approved>(*response);
        if (approved.provisioned.has_value() != (load_.role == wire::Role::stock))
            co_return fail(Code::role_mismatch, "the response contradicts the role");
        if (load_.role == wire::Role::stock || load_.abandon) co_return std::nullopt;
        auto delivered = co_await deliver(client, number, approved.session_id);
        if (!delivered || *delivered) ++report_.unfinished;
        co_return delivered;
    }
}

awaitable<Run::Ending> Run::deliver(Client& client, std::size_t number, std::optional<std::string> session_id) {
    wire::DatabaseResult result;
    result.provisioned.tally = {.tally_id = "tally-" + party(number), .created_by = "foil"};
    result.provisioned.database = {.endpoint = "bench:" + party(number), .credentials_ref = "none"};
    result.session_id = std::move(session_id);
    const auto message = wire::to_json(result);
    for (unsigned attempt = 1;; ++attempt) {
        const auto answer = co_await client.exchange(message);
        if (!answer) co_return fail(answer.error());
        if (answer->empty()) co_return std::nullopt; // delivered, not acknowledged: as the protocol counts it
        const auto acknowledgement = wire::parse_acknowledgement(*answer);
        if (!acknowledgement) co_return fail(acknowledgement.error());
        if (const auto* refusal = std::get_if<wire::Refusal>(&*acknowledgement)) {
            if (!co_await may_repeat(*refusal, attempt)) co_return wire::code_of(*refusal);
            continue;
        }
        if (std::holds_alternative<wire::Accepted>(*acknowledgement)) co_return std::nullopt;
        co_return fail(Code::not_acknowledged, "message 3 was taken for a contact");
    }
}

awaitable<bool> Run::may_repeat(const wire::Refusal& refusal, unsigned attempt) {
    const auto code = wire::code_of(refusal);
    if (!is_repeatable(code) || !load_.repeat) co_return false;
    ++report_.repeated;
    ++report_.codes[code];
    const Duration wait = protocol::dialer::backoff(attempt, refusal.retry_after);
    const auto spread = 80 + random_.below(41); // ±20 %
    co_await async::sleep_until(clock_, clock_.now() + wait * spread / 100);
    co_return true;
}

} // namespace

double LoadReport::per_second() const {
    const auto seconds = std::chrono::duration<double>(elapsed).count();
    return seconds > 0 ? static_cast<double>(ok) / seconds : 0;
}

Duration LoadReport::percentile(double fraction) const {
    if (latencies.empty()) return {};
    const auto rank = static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(latencies.size())));
    return latencies[std::clamp<std::size_t>(rank, 1, latencies.size()) - 1];
}

awaitable<Result<LoadReport>> run_load(const Load& load, async::Executor executor, async::Clock& clock, Random& random,
                                       async::Limit& limit) {
    Run run{load, executor, clock, random};
    co_return co_await run.perform(limit);
}

} // namespace taleus::app
