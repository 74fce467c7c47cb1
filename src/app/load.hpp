#pragma once
// Load on a listener of the protocol, ours or another implementation's: sessions in great number, each with a party id
// of its own, and what became of them. One thread, the caller's loop.

#include "async/awaitable.hpp"
#include "async/clock.hpp"
#include "async/limit.hpp"
#include "base/code.hpp"
#include "base/instant.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "wire/messages.hpp"
#include "wire/multiaddr.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace taleus::app {

struct Load {
    enum class Mode : std::uint8_t {
        warm, // sessions share `connections` connections, each of an identity of its own, made before the time counts
        cold, // every session makes an identity and a connection of its own, and closes it
        returning, // every session makes a connection, of one of as many identities as are under way at once
        mixed,     // warm and cold in turn
    };
    wire::Multiaddr address; // ends in /p2p
    std::string token;
    wire::Role role = wire::Role::stock; // the inviter's, as in links
    Mode mode = Mode::warm;
    std::size_t sessions = 1000;
    std::size_t concurrency = 100; // sessions under way at once
    std::size_t connections = 4;   // warm, mixed
    double rate = 0;               // sessions begun a second, measured from when each was due; 0: at once
    bool abandon = false;          // foil: approved is enough, the database never comes
    bool hang = false;  // opens a stream, says nothing, and waits for its end: the latency is how long it was let
    bool repeat = true; // after a refusal that asks for it; else it is final
    Duration timeout = std::chrono::seconds{60}; // of a session, repeats after `retryAfterMs` included
};

struct LoadReport {
    std::size_t sessions = 0; // that were begun
    std::size_t ok = 0;
    std::size_t refused = 0;
    std::size_t failed = 0;            // nonsense, lost connections, timeouts
    std::size_t repeated = 0;          // attempts after a refusal that asked for it
    std::size_t unfinished = 0;        // foil sessions that were approved, and then refused or lost
    std::map<Code, std::size_t> codes; // of refusals, repeated ones too, and of failures
    Duration elapsed{};
    std::vector<Duration> latencies; // of the sessions that went well, in rising order

    double per_second() const;
    // The latency that `fraction` of them did not exceed; zero without any.
    Duration percentile(double fraction) const;
};

// `unreachable` when, warm, not all connections could be made. Stopping `limit` ends it early, with the report so far.
async::awaitable<Result<LoadReport>> run_load(const Load& load, async::Executor executor, async::Clock& clock,
                                              Random& random, async::Limit& limit);

} // namespace taleus::app
