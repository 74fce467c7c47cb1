#pragma once
// A peer that speaks the transport and nothing else: sends what it is told, as it is told, and says what came back.

#include "sim/node.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::sim {

struct Reply {
    std::string text;      // all that came
    bool is_ended = false; // by an end; else by a loss
    Duration took{};       // from the opening of the stream

    bool has(std::string_view part) const { return text.find(part) != std::string::npos; }
};

enum class Manner : std::uint8_t {
    whole,         // the message and its end at once
    unfinished,    // the message without its end
    slow,          // a byte every 100 ms
    leaves,        // whole, then the connection is lost at once
    takes_nothing, // whole, then no answer is taken off the stream
    takes_late,    // whole, then the answer is taken off after two seconds
};

// One message on a connection of its own.
async::awaitable<Reply> say(Node& from, wire::Multiaddr to, std::string text, Manner manner = Manner::whole);

// The same of a stranger, of whom nothing else exists: any number of them, in the loop of `process`.
async::awaitable<Reply> say_as(wire::PeerId stranger, Process& process, Network& network, wire::Multiaddr to,
                               std::string text, Manner manner = Manner::whole);

// A listener that answers as it was told, stream after stream; the last answer again and again.
struct ScriptedAnswer {
    enum class Kind : std::uint8_t {
        text,
        empty,
        reset,
        silence,
        early
    } kind = Kind::text; // early: before it has read
    std::string text{};
};
class ScriptedListener final : public ports::StreamHandler {
public:
    ScriptedListener(Node& node, Network& network, std::vector<ScriptedAnswer> answers);
    void on_stream(std::unique_ptr<ports::Stream> stream) override;
    std::vector<std::string> heard; // whole messages, one a stream

private:
    async::awaitable<void> answer(std::unique_ptr<ports::Stream> stream, ScriptedAnswer with);
    Node& node_;
    std::vector<ScriptedAnswer> answers_;
    std::size_t streams_ = 0;
    std::vector<std::unique_ptr<ports::Stream>> silent_;
};

// A contact as a peer in the field writes it.
std::string contact_text(std::string_view token, std::string_view party, std::string_view more = "");
std::string database_text(std::string_view tally, std::string_view endpoint, std::string_view session_id = "",
                          std::string_view created_by = "foil");
// A member of a reply, as text; empty when it is not there.
std::string member(const Reply& reply, std::string_view name);

} // namespace taleus::sim
