#include "sim/raw_peer.hpp"

#include "async/sleep.hpp"
#include "wire/json.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace taleus::sim {

namespace {

async::awaitable<Reply> hear(const Process& process, SimulatedStream& stream, Instant began) {
    Reply reply;
    for (;;) {
        auto more = co_await stream.read();
        reply.took = process.clock.now() - began;
        if (!more) co_return reply;
        if (more->empty()) break;
        reply.text += as_text(*more);
    }
    reply.is_ended = true;
    co_return reply;
}

async::awaitable<void> send(Process& process, SimulatedStream& stream, std::string text, Manner manner) {
    if (manner == Manner::unfinished) {
        stream.write(to_bytes(text));
    } else if (manner == Manner::slow) {
        for (const char byte : text) {
            stream.write({static_cast<std::uint8_t>(byte)});
            co_await async::sleep_until(process.clock, process.clock.now() + std::chrono::milliseconds{100});
            if (stream.is_lost()) break;
        }
        static_cast<void>(co_await stream.finish({}));
    } else {
        if (manner == Manner::takes_nothing || manner == Manner::takes_late) stream.take_nothing();
        auto writing = stream.finish(to_bytes(text));
        static_cast<void>(co_await std::move(writing));
    }
}

} // namespace

async::awaitable<Reply> say_as(wire::PeerId stranger, Process& process, Network& network, wire::Multiaddr to,
                               std::string text, Manner manner) {
    auto dialling = network.dial(std::move(stranger), process, std::move(to));
    auto connection = co_await std::move(dialling);
    if (!connection) co_return Reply{};
    auto opening = (*connection)->open(wire::bootstrap_protocol);
    auto opened = co_await std::move(opening);
    if (!opened) co_return Reply{};
    const auto began = process.clock.now();
    auto& stream = static_cast<SimulatedStream&>(**opened);
    co_await send(process, stream, std::move(text), manner);
    if (manner == Manner::leaves) co_return Reply{};
    if (manner == Manner::takes_late) {
        co_await async::sleep_until(process.clock, process.clock.now() + std::chrono::seconds{2});
        stream.take_again();
    }
    auto hearing = hear(process, stream, began);
    co_return co_await std::move(hearing);
}

async::awaitable<Reply> say(Node& from, wire::Multiaddr to, std::string text, Manner manner) {
    return say_as(from.peer(), from.process(), from.simulated_network(), std::move(to), std::move(text), manner);
}

ScriptedListener::ScriptedListener(Node& node, Network& network, std::vector<ScriptedAnswer> answers)
    : node_{node}, answers_{std::move(answers)} {
    network.listen(node.address(), node.peer(), node.process(), this);
}

void ScriptedListener::on_stream(std::unique_ptr<ports::Stream> stream) {
    const auto& with = answers_.at(std::min(streams_++, answers_.size() - 1));
    async::asio::co_spawn(node_.process().executor(), answer(std::move(stream), with),
                          [](const std::exception_ptr& failed) {
                              if (failed) std::rethrow_exception(failed);
                          });
}

async::awaitable<void> ScriptedListener::answer(std::unique_ptr<ports::Stream> stream, ScriptedAnswer with) {
    using Kind = ScriptedAnswer::Kind;
    std::string message;
    while (with.kind != Kind::early) {
        auto more = co_await stream->read();
        if (!more) co_return;
        if (more->empty()) break;
        message += as_text(*more);
    }
    heard.push_back(message);
    if (with.kind == Kind::reset) co_return;
    if (with.kind == Kind::silence) {
        silent_.push_back(std::move(stream));
        co_return;
    }
    auto writing = stream->finish(to_bytes(with.text));
    static_cast<void>(co_await std::move(writing));
}

std::string contact_text(std::string_view token, std::string_view party, std::string_view more) {
    return fmt::format(R"({{"token":"{}","partyId":"{}","identityBundle":{{"partyId":"{}"}},)"
                       R"("cadrePeerAddrs":["cadre-1.example.com"]{}}})",
                       token, party, party, more);
}

std::string database_text(std::string_view tally, std::string_view endpoint, std::string_view session_id,
                          std::string_view created_by) {
    const auto named = session_id.empty() ? std::string{} : fmt::format(R"(,"sessionId":"{}")", session_id);
    return fmt::format(R"({{"tally":{{"tallyId":"{}","createdBy":"{}"}},)"
                       R"("dbConnectionInfo":{{"endpoint":"{}","credentialsRef":"ref"}}{}}})",
                       tally, created_by, endpoint, named);
}

std::string member(const Reply& reply, std::string_view name) {
    const auto json = wire::parse_json(as_bytes(reply.text));
    if (!json || !json->is_object()) return {};
    const auto* value = json->get_object().if_contains(name);
    if (value == nullptr) return {};
    if (value->is_string()) return std::string{value->get_string()};
    return boost::json::serialize(*value);
}

} // namespace taleus::sim
