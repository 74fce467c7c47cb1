// A whole connection whose peer went through the handshake honestly and then does anything: bytes are actions of the
// peer (frames, half frames, silence, the end) and of the application. Whatever they are, events come in an order that
// makes sense, there is one end, and after it nothing.
#include "base/ensure.hpp"
#include "p2p/testing/raw_peer.hpp"

#include <set>

namespace {

using namespace taleus;
using namespace taleus::p2p;
using testing::RawPeer;

struct Order {
    void take(Connection& connection) {
        while (auto event = connection.poll()) {
            ensure(!closed, "no event follows the end");
            std::visit([this](const auto& e) { on(e); }, *event);
        }
        ensure(connection.is_closed() == closed, "the end is told");
    }
    void on(const event::Ready&) {}
    void on(const event::StreamOpened& e) { ensure(live.insert(e.stream).second, "a stream opens once"); }
    void on(const event::StreamData& e) {
        ensure(live.contains(e.stream) && !ended.contains(e.stream), "data comes while a stream is open");
        ensure(!e.bytes.empty(), "data is not nothing");
    }
    void on(const event::StreamEnd& e) {
        ensure(live.contains(e.stream) && ended.insert(e.stream).second, "a stream ends once");
    }
    void on(const event::StreamReset& e) { ensure(live.erase(e.stream) == 1, "what is reset was there"); }
    void on(const event::StreamFlushed& e) { ensure(live.contains(e.stream), "what is flushed was there"); }
    void on(const event::Closed&) { closed = true; }

    std::set<StreamId> live;
    std::set<StreamId> ended;
    bool closed = false;
};

class Play {
public:
    Play(Side side, bool mplex) : peer_{nodes(mplex), theirs(), side} {}

    void run(ByteView script) {
        while (script.size() >= 2) {
            const auto action = script[0];
            const std::size_t argument = script[1];
            script = script.subspan(2);
            const auto count = action % 4 == 0 ? std::min(script.size(), argument) : 0;
            act(action, argument, script.first(count));
            script = script.subspan(count);
            order_.take(peer_.connection);
            if (const auto deadline = peer_.connection.deadline(); !order_.closed)
                ensure(deadline.has_value(), "a live connection has a deadline");
        }
    }

private:
    static testing::Node& nodes(bool mplex) {
        static testing::Node plain{1};
        plain.context.yamux = !mplex;
        return plain;
    }
    static testing::Node& theirs() {
        static testing::Node node{2};
        return node;
    }
    StreamId pick(std::size_t argument) const {
        if (order_.live.empty()) return argument;
        auto found = order_.live.begin();
        std::advance(found, static_cast<std::ptrdiff_t>(argument % order_.live.size()));
        return *found;
    }
    void act(std::uint8_t action, std::size_t argument, ByteView bytes) {
        auto& connection = peer_.connection;
        if (action % 4 == 0) return send(bytes);
        if (action % 4 == 1) return say(argument);
        const auto now = peer_.now;
        switch (action / 4 % 8) {
        case 0:
            if (const auto id = connection.open_stream("/echo/1.0.0", now); id != 0) order_.live.insert(id);
            break;
        case 1: connection.write(pick(argument), Bytes(argument * 50), now); break;
        case 2: connection.close_write(pick(argument), now); break;
        case 3: {
            const auto id = pick(argument);
            connection.reset(id, now);
            order_.live.erase(id);
            break;
        }
        case 4: connection.consumed(pick(argument), argument * 100, now); break;
        case 5: pass(std::chrono::milliseconds{argument * 50}); break;
        case 6: take(); break;
        default: finish(argument); break;
        }
    }
    // Ready-made lines, since chance seldom finds them.
    void say(std::size_t argument) {
        static constexpr std::array<std::string_view, 5> protocols{"/echo/1.0.0", "/ipfs/id/1.0.0",
                                                                   "/ipfs/id/push/1.0.0", "/ipfs/ping/1.0.0", "/none"};
        const auto wire = static_cast<std::uint32_t>(argument / 5);
        send(testing::yamux_data(wire, testing::proposal(protocols[argument % 5]), argument % 2 == 1 ? 1 : 0));
    }
    void send(ByteView bytes) { peer_.send_quietly(to_bytes(bytes)); }
    void take() {
        while (!peer_.connection.take_output(peer_.now).empty()) order_.take(peer_.connection);
    }
    void pass(Duration by) {
        peer_.now += by;
        peer_.connection.expire(peer_.now);
    }
    void finish(std::size_t argument) {
        if (argument < 200) return;
        if (argument < 230)
            peer_.connection.close(peer_.now);
        else
            peer_.connection.receive_end(peer_.now);
    }

    RawPeer peer_;
    Order order_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    Play{(data[0] & 1) != 0 ? Side::dialer : Side::listener, (data[0] & 2) != 0}.run({data + 1, size - 1});
    return 0;
}
