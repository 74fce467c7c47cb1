#include "host/stream.hpp"

#include "base/ensure.hpp"

#include <new>
#include <utility>

namespace taleus::host {

Stream::Stream(Connection& connection, p2p::StreamId id, async::Executor executor)
    : connection_{&connection}, id_{id}, remote_{connection.remote()}, readable_{executor}, written_{executor} {}

ports::awaitable<Result<Bytes>> Stream::read() {
    while (arrived_.empty() && input_ == Half::open) co_await readable_.wait();
    if (!arrived_.empty()) {
        if (connection_ != nullptr && input_ == Half::open) connection_->consumed(id_, arrived_.size());
        co_return std::exchange(arrived_, {});
    }
    if (input_ == Half::ended) co_return Bytes{};
    co_return fail(Code::peer_gone, why_lost_);
}

ports::awaitable<Result<void>> Stream::finish(Bytes last) {
    ensure(output_ == Half::open || output_ == Half::lost, "a stream is finished once");
    if (output_ == Half::open) {
        output_ = Half::closing;
        connection_->finish(id_, last);
        last = {}; // the machine has its own
    }
    while (output_ == Half::closing) co_await written_.wait();
    if (output_ == Half::lost) co_return fail(Code::peer_gone, why_lost_);
    co_return Result<void>{};
}

void Stream::reset() noexcept {
    if (connection_ == nullptr) return;
    const bool complete = output_ == Half::ended && input_ == Half::ended;
    std::exchange(connection_, nullptr)->release(id_, complete);
    on_lost("the stream was reset by us");
}

void Stream::on_data(Bytes bytes) {
    if (arrived_.empty())
        arrived_ = std::move(bytes);
    else
        append(arrived_, bytes);
    readable_.set({});
}

void Stream::on_end() {
    input_ = Half::ended;
    readable_.set({});
}

void Stream::on_flushed() {
    output_ = Half::ended;
    written_.set({});
}

void Stream::on_lost(std::string_view why) noexcept {
    connection_ = nullptr;
    try {
        why_lost_ = why;
    } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch): lost without a word
    }
    if (input_ == Half::open) input_ = Half::lost;
    if (output_ != Half::ended) output_ = Half::lost;
    readable_.set({});
    written_.set({});
}

} // namespace taleus::host
