#include "simulator/witness.hpp"

#include "base/bytes.hpp"

#include <fmt/format.h>

namespace taleus::simulator {

void Witness::opened(std::uint64_t stream, const wire::PeerId& dialer, const wire::PeerId& listener) {
    auto& talk = talks[stream];
    talk.dialer = dialer;
    talk.listener = listener;
    talk.opened = time_.now;
}

void Witness::arrived(std::uint64_t stream) { talks[stream].arrived = time_.now; }

void Witness::said(std::uint64_t stream, bool by_dialer, const Bytes& bytes, bool is_end) {
    auto& talk = talks[stream];
    (by_dialer ? talk.asked : talk.answered) += as_text(bytes);
    if (!is_end) return;
    (by_dialer ? talk.is_asked_whole : talk.is_answered) = true;
    if (by_dialer)
        talk.asked_at = time_.now;
    else
        talk.answered_at = time_.now;
}

void Witness::let_go(std::uint64_t stream, bool by_dialer) {
    if (!by_dialer) talks[stream].let_go = time_.now;
}

// Arrows of sessions are counted in the homes; of a stream that never had one nothing else is told.
void Witness::ended(const session::Ending& ending) {
    if (!ending.session_id.empty()) return;
    const bool is_refused = ending.outcome != protocol::StateName::failed;
    ++counts[is_refused ? "arrow listener READING_REQUEST -> SENDING_REFUSAL"
                        : "arrow listener READING_REQUEST -> FAILED"];
}

void Witness::write(Level level, std::string_view module, std::string_view, std::string_view message) {
    log += fmt::format("{} {} {} {}\n", time_.now.time_since_epoch() / std::chrono::milliseconds{1},
                       taleus::to_text(level), module, message);
}

} // namespace taleus::simulator
