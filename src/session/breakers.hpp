#pragma once
// A circuit breaker before each thing that a listener depends on: the store, the identity hook, the provisioner. They
// are decorators of those interfaces; nothing else reports to a breaker. What a dependency says of a peer (unknown
// token, identity refused) is a good answer; so peers' faults never open one.
//
// While one is open, what would begin something is refused with `dependency_unavailable`; what ends or records
// something that was begun is tried all the same. One shard's thread; the decorated outlive them.

#include "async/clock.hpp"
#include "guard/breaker.hpp"
#include "ports/identity_hook.hpp"
#include "ports/journal.hpp"
#include "ports/provisioner.hpp"
#include "ports/token_hook.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace taleus::session {

struct Breakers {
    Breakers(const guard::BreakerSettings& settings, Random& random)
        : store{settings, random}, identity{settings, random}, provisioner{settings, random} {}
    void use(const guard::BreakerSettings& settings) {
        for (auto* each : {&store, &identity, &provisioner}) each->use(settings);
    }
    // The longest that any of them is shut for.
    std::optional<std::chrono::milliseconds> wait(Instant now) {
        std::optional<Duration> longest;
        for (auto* each : {&store, &identity, &provisioner}) longest = std::max(longest, each->refuses(now));
        if (!longest) return std::nullopt;
        return std::chrono::ceil<std::chrono::milliseconds>(*longest);
    }

    guard::Breaker store;
    guard::Breaker identity; // and tokens that come from outside
    guard::Breaker provisioner;
};

enum class Purpose : bool { beginning, finishing };

// What an answer says of who gave it.
template <class T> guard::CallResult result_of(const Result<T>& answer) {
    if (answer) return guard::CallResult::good;
    const auto code = answer.error().code;
    if (code == Code::overloaded) return guard::CallResult::abandoned; // it never came to the dependency
    if (code == Code::timeout) return guard::CallResult::timed_out;
    const bool has_failed =
        code == Code::internal || code == Code::dependency_unavailable || code == Code::provisioning_failed;
    return has_failed ? guard::CallResult::failed : guard::CallResult::good;
}

// Makes a call under a lease of `breaker`. One that is interrupted has passed its session's deadline, or the listener
// hurries to its end.
template <class T>
async::awaitable<Result<T>> through(guard::Breaker& breaker, const async::Clock& clock, Purpose purpose,
                                    async::awaitable<Result<T>> call) {
    const auto began = clock.now();
    const auto lease = breaker.ask(began);
    if (!lease && purpose == Purpose::beginning) {
        breaker.has_refused();
        co_return fail(Code::dependency_unavailable, "its breaker is open");
    }
    const auto report = [&](guard::CallResult result) {
        const auto now = clock.now();
        breaker.measure(result, now - began);
        if (lease) breaker.report(*lease, result, now);
    };
    try {
        auto answer = co_await std::move(call);
        report(result_of(answer));
        co_return answer;
    } catch (const boost::system::system_error& interrupted) {
        const bool is_cancelled = interrupted.code() == boost::asio::error::operation_aborted;
        report(is_cancelled ? guard::CallResult::timed_out : guard::CallResult::failed);
        throw;
    } catch (const std::exception&) {
        report(guard::CallResult::failed);
        throw;
    }
}

class GuardedProvisioner final : public ports::Provisioner {
public:
    GuardedProvisioner(ports::Provisioner& real, guard::Breaker& breaker, const async::Clock& clock)
        : real_{real}, breaker_{breaker}, clock_{clock} {}
    async::awaitable<Result<ports::MadeDatabase>> provision(ports::Intent intent, ports::Call call) override {
        return through(breaker_, clock_, Purpose::beginning, checked(std::move(intent), call));
    }
    async::awaitable<Result<void>> remove(ports::Intent intent, ports::Call call) override {
        return through(breaker_, clock_, Purpose::finishing, real_.remove(std::move(intent), call));
    }

private:
    // An answer that no partner could use is a failure.
    async::awaitable<Result<ports::MadeDatabase>> checked(ports::Intent intent, ports::Call call);

    ports::Provisioner& real_;
    guard::Breaker& breaker_;
    const async::Clock& clock_;
};

class GuardedIdentity final : public ports::IdentityHook {
public:
    GuardedIdentity(ports::IdentityHook& real, guard::Breaker& breaker, const async::Clock& clock)
        : real_{real}, breaker_{breaker}, clock_{clock} {}
    async::awaitable<Result<std::optional<std::string>>> judge(wire::Contact contact, wire::PeerId peer,
                                                               ports::Call call) override {
        return through(breaker_, clock_, Purpose::beginning, real_.judge(std::move(contact), std::move(peer), call));
    }

private:
    ports::IdentityHook& real_;
    guard::Breaker& breaker_;
    const async::Clock& clock_;
};

class GuardedTokens final : public ports::TokenHook {
public:
    GuardedTokens(ports::TokenHook& real, guard::Breaker& breaker, const async::Clock& clock)
        : real_{real}, breaker_{breaker}, clock_{clock} {}
    async::awaitable<Result<std::optional<protocol::Invitation>>> find(std::string token, UtcTime now,
                                                                       ports::Call call) override {
        return through(breaker_, clock_, Purpose::beginning, real_.find(std::move(token), now, call));
    }

private:
    ports::TokenHook& real_;
    guard::Breaker& breaker_;
    const async::Clock& clock_;
};

} // namespace taleus::session
