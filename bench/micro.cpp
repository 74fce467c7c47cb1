// What each engine costs by itself, one thread, nothing else: the figures of which a session is made. Built with the
// release preset; `build/release/micro --benchmark_filter=…`, and in `make bench`.

#include "async/clock.hpp"
#include "audit/checkpoint.hpp"
#include "audit/record.hpp"
#include "audit/tree.hpp"
#include "base/ensure.hpp"
#include "guard/protection.hpp"
#include "p2p/noise_payload.hpp"
#include "p2p/proven_keys.hpp"
#include "p2p/testing/pair.hpp"
#include "wire/hash.hpp"
#include "wire/messages.hpp"

#include <benchmark/benchmark.h>
#include <boost/asio/io_context.hpp>
#include <boost/json/serialize.hpp>
#include <netinet/in.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <string>

namespace taleus {
namespace {

using namespace std::chrono_literals;

const UtcTime noon{1'800'000'000'000ms};

// --- keys and hashes
void sign(benchmark::State& state) {
    SeededRandom random{1};
    const auto key = wire::KeyPair::generate(random);
    const auto message = random.bytes<64>();
    for (auto _ : state) benchmark::DoNotOptimize(key.sign(message));
}
BENCHMARK(sign);

void verify(benchmark::State& state) {
    SeededRandom random{1};
    const auto key = wire::KeyPair::generate(random);
    const auto message = random.bytes<64>();
    const auto signature = key.sign(message);
    for (auto _ : state) benchmark::DoNotOptimize(wire::verify(key.public_key(), message, signature));
}
BENCHMARK(verify);

void sha256_of_a_record(benchmark::State& state) {
    const Bytes record(600, 'x');
    for (auto _ : state) benchmark::DoNotOptimize(wire::sha256(record));
}
BENCHMARK(sha256_of_a_record);

// --- connections: both ends in one thread
void handshake(benchmark::State& state) { // of a peer never seen
    p2p::testing::Node dialer{1};
    p2p::testing::Node listener{2};
    for (auto _ : state) {
        p2p::testing::Pair pair{dialer, listener};
        pair.run();
        benchmark::DoNotOptimize(pair.heard_by_listener.ready);
    }
}
BENCHMARK(handshake);

void handshake_of_one_who_comes_again(benchmark::State& state) { // at both ends
    p2p::testing::Node dialer{1};
    p2p::testing::Node listener{2};
    p2p::ProvenKeys of_dialers;
    p2p::ProvenKeys of_listeners;
    listener.context.proven = &of_dialers;
    dialer.context.proven = &of_listeners;
    for (auto _ : state) {
        p2p::testing::Pair pair{dialer, listener};
        pair.run();
        benchmark::DoNotOptimize(pair.heard_by_listener.ready);
    }
}
BENCHMARK(handshake_of_one_who_comes_again);

void stream_with_a_message_and_its_answer(benchmark::State& state) {
    p2p::testing::Node dialer{1};
    p2p::testing::Node listener{2};
    p2p::testing::Pair pair{dialer, listener};
    pair.run();
    const Bytes message(312, 'm');
    const Bytes answer(900, 'a');
    for (auto _ : state) {
        const auto ours = pair.dialer.open_stream("/echo/1.0.0", pair.now);
        pair.dialer.write(ours, message, pair.now);
        pair.run();
        pair.dialer.close_write(ours, pair.now);
        pair.run();
        const auto theirs = pair.heard_by_listener.opened.back().stream;
        pair.listener.consumed(theirs, message.size(), pair.now);
        pair.listener.write(theirs, answer, pair.now);
        pair.listener.close_write(theirs, pair.now);
        pair.run();
        pair.dialer.consumed(ours, answer.size(), pair.now);
        pair.heard_by_dialer = {};
        pair.heard_by_listener = {};
        pair.now += 10ms; // a second has room for so many streams
    }
}
BENCHMARK(stream_with_a_message_and_its_answer);

// --- messages
wire::Contact contact() {
    return {.token = std::string(32, 't'),
            .party_id = "12D3KooWCH1beG4NsY1s7viZEkYSBay3PEHTq5S4z6avPcGnfmcs",
            .identity_bundle = {{"partyId", "12D3KooWCH1beG4NsY1s7viZEkYSBay3PEHTq5S4z6avPcGnfmcs"}},
            .cadre = {"/ip4/192.0.2.1/tcp/9000/p2p/12D3KooWCH1beG4NsY1s7viZEkYSBay3PEHTq5S4z6avPcGnfmcs"}};
}

void read_a_contact(benchmark::State& state) {
    const auto text = wire::to_json(contact());
    for (auto _ : state) benchmark::DoNotOptimize(wire::parse_inbound(as_bytes(text)));
}
BENCHMARK(read_a_contact);

void write_a_contact(benchmark::State& state) {
    const auto message = contact();
    for (auto _ : state) benchmark::DoNotOptimize(wire::to_json(message));
}
BENCHMARK(write_a_contact);

// --- the trail
audit::Record record(std::string kind) {
    return {.seq = 0,
            .at = noon,
            .kind = std::move(kind),
            .session = std::string(32, 'a'),
            .token = std::string(16, 'b'),
            .body = {},
            .details = std::nullopt};
}

void record_of_an_arrow(benchmark::State& state) {
    const audit::Salt salt{};
    for (auto _ : state)
        benchmark::DoNotOptimize(
            audit::encode(audit::make_entry(record({}), audit::TransitionBody{.from = "VALIDATING_TOKEN",
                                                                              .to = "VALIDATING_IDENTITY",
                                                                              .cause = "TokenAccepted",
                                                                              .us = 1234}),
                          salt));
}
BENCHMARK(record_of_an_arrow);

void leaf_in_the_tree(benchmark::State& state) {
    const Bytes text(600, 'x');
    audit::Tree tree;
    for (auto _ : state) tree.append(audit::leaf_hash(text));
    benchmark::DoNotOptimize(tree.root());
}
BENCHMARK(leaf_in_the_tree);

void signed_head(benchmark::State& state) {
    SeededRandom random{1};
    const auto key = wire::KeyPair::generate(random);
    const audit::Checkpoint head{audit::make_origin(wire::PeerId::of(key.public_key()), random), 1'000'000, Digest{7}};
    for (auto _ : state) benchmark::DoNotOptimize(audit::sign(head, key));
}
BENCHMARK(signed_head);

// --- what protects, and time
void permit_of_a_session(benchmark::State& state) { // as a stream takes it: process, new work, block, peer
    guard::Scopes scopes;
    for (auto _ : state) {
        auto permit = scopes.take({{{guard::Kind::process}},
                                   {{guard::Kind::new_work}},
                                   {{guard::Kind::address, "192.0.2.0"}},
                                   {{guard::Kind::peer, std::string(38, 'p')}}},
                                  {.sessions = 1, .bytes = 131'072});
        benchmark::DoNotOptimize(permit);
    }
}
BENCHMARK(permit_of_a_session);

void rates_of_a_contact(benchmark::State& state) {
    SeededRandom random{1};
    guard::Throttle throttle{random};
    const guard::StageRates rates{guard::Rates{{1'000'000, 1'000'000}, {}}, guard::Rates{{1'000'000, 1'000'000}, {}},
                                  guard::Rates{}, guard::Rates{{1'000'000, 1'000'000}, {}}};
    const auto block = random.bytes<4>();
    const auto peer = random.bytes<38>();
    Instant now{};
    for (auto _ : state) {
        now += 1ms;
        benchmark::DoNotOptimize(
            throttle.admit({{guard::Stage::address, block}, {guard::Stage::peer, peer}, {guard::Stage::global}},
                           {.contacts = 1}, rates, now));
    }
}
BENCHMARK(rates_of_a_contact);

void deadline_set_and_cleared(benchmark::State& state) { // beside as many others
    boost::asio::io_context context;
    async::SystemClock clock{context};
    std::deque<async::Clock::Timer> others;
    const auto now = clock.now();
    for (std::int64_t i = 0; i < state.range(0); ++i)
        others.emplace_back(clock, [] {}).set(now + 1h + std::chrono::microseconds{i});
    async::Clock::Timer timer{clock, [] {}};
    for (auto _ : state) {
        timer.set(now + 2h);
        timer.clear();
    }
}
BENCHMARK(deadline_set_and_cleared)->Arg(0)->Arg(10'000)->Arg(100'000);

// --- what a connection costs the machine, whoever makes it: bench/bounds adds these up
void cryptography_of_a_handshake(benchmark::State& state) { // Noise XX with Ed25519 identities, one side, no protocol
    SeededRandom random{1};
    const auto key = wire::KeyPair::generate(random);
    const auto message = random.bytes<64>();
    const auto signature = key.sign(message);
    std::array<std::uint8_t, 32> secret = random.bytes<32>();
    std::array<std::uint8_t, 32> open{};
    std::array<std::uint8_t, 32> shared{};
    std::array<std::uint8_t, 32> chain{};
    std::array<std::uint8_t, 120> payload{};
    std::array<std::uint8_t, 136> sealed{};
    unsigned long long size = 0;
    const std::array<std::uint8_t, 12> nonce{};
    for (auto _ : state) {
        benchmark::DoNotOptimize(crypto_scalarmult_base(open.data(), secret.data())); // the ephemeral key
        for (int i = 0; i < 3; ++i)                                                   // ee, es, se
            benchmark::DoNotOptimize(crypto_scalarmult(shared.data(), secret.data(), open.data()));
        benchmark::DoNotOptimize(wire::verify(key.public_key(), message, signature));
        for (int i = 0; i < 32; ++i) { // 8 hashes and 12 HMACs of a block or two each
            const auto digest = wire::sha256(payload);
            std::ranges::copy(digest, chain.begin());
        }
        for (int i = 0; i < 4; ++i)
            benchmark::DoNotOptimize(crypto_aead_chacha20poly1305_ietf_encrypt(
                sealed.data(), &size, payload.data(), payload.size(), nullptr, 0, nullptr, nonce.data(), chain.data()));
    }
}
BENCHMARK(cryptography_of_a_handshake);

void new_identity(benchmark::State& state) { // what a peer pays once: two keys and a signature
    SystemRandom random;
    for (auto _ : state) {
        const auto key = wire::KeyPair::generate(random);
        benchmark::DoNotOptimize(p2p::NoiseIdentity::make(key, random));
    }
}
BENCHMARK(new_identity);

// Both ends in one thread, over the loopback: connect, accept, so many flights there and back, close.
void kernel_of_a_connection(benchmark::State& state) {
    const int listening = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const name = reinterpret_cast<sockaddr*>(&address); // NOLINT(*-reinterpret-cast)
    ensure(::bind(listening, name, length) == 0 && ::listen(listening, 16) == 0, "the loopback can be listened on");
    ensure(::getsockname(listening, name, &length) == 0, "a socket has a name");
    std::array<std::uint8_t, 300> flight{};
    const auto goes = [&](int from, int to) {
        ensure(::send(from, flight.data(), flight.size(), 0) == 300 &&
                   ::recv(to, flight.data(), 300, MSG_WAITALL) == 300,
               "a flight arrives");
    };
    for (auto _ : state) {
        const int dialer = ::socket(AF_INET, SOCK_STREAM, 0);
        ensure(::connect(dialer, name, length) == 0, "the loopback can be reached");
        const int accepted = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
        for (std::int64_t i = 0; i < state.range(0); ++i) {
            goes(dialer, accepted);
            goes(accepted, dialer);
        }
        ::close(dialer);
        ::close(accepted);
    }
    ::close(listening);
}
BENCHMARK(kernel_of_a_connection)->Arg(5); // two for the handshake, one for the muxer, a bootstrap's two messages

} // namespace
} // namespace taleus

BENCHMARK_MAIN();
