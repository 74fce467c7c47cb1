#pragma once
// A muxer under any input and any calls, beside a model of which streams should be there: what it reports and what it
// keeps must agree, and its output must end when nobody feeds it.
#include "base/ensure.hpp"
#include "p2p/muxer.hpp"

#include <algorithm>
#include <map>

namespace taleus::p2p::testing {

class MuxerModel {
public:
    MuxerModel(Muxer& muxer, const MuxerLimits& limits) : muxer_{muxer}, limits_{limits} {}

    // Reads `script` as actions: a byte that says what, a byte or so of argument, and frames to feed.
    void run(ByteView script) {
        while (script.size() >= 2 && !failed_) {
            const auto action = script[0];
            const std::size_t argument = script[1];
            script = script.subspan(2);
            if (action % 2 == 0) {
                const auto count = std::min(script.size(), argument);
                feed(script.first(count));
                script = script.subspan(count);
            } else
                act(action / 2 % 8, argument);
        }
        if (!failed_) drain();
    }

private:
    struct Stream {
        bool ended = false;
        std::size_t unread = 0;
    };

    void feed(ByteView input) {
        while (true) {
            const auto before = input.size();
            const auto event = muxer_.receive(input, now_);
            failed_ = !event;
            if (failed_) return;
            ensure(input.size() <= before, "input is only taken");
            if (!*event) break;
            std::visit([this](const auto& e) { on(e); }, **event);
        }
        ensure(input.empty(), "without an event all input is taken");
    }
    void on(const mux::Opened& e) {
        ensure(streams_.emplace(e.stream, Stream{}).second, "a stream opens once");
        ensure(++inbound_[e.stream] == 1, "ids are not used again");
    }
    void on(const mux::Data& e) {
        auto& stream = live(e.stream);
        ensure(!stream.ended, "no data after the end");
        ensure(!e.bytes.empty(), "data is not nothing");
        stream.unread += e.bytes.size();
        ensure(stream.unread <= std::max<std::size_t>(limits_.window, 256 * 1024), "unread data is bounded");
    }
    void on(const mux::End& e) {
        auto& stream = live(e.stream);
        ensure(!std::exchange(stream.ended, true), "a stream ends once");
        if (!muxer_.has(e.stream)) streams_.erase(e.stream);
    }
    void on(const mux::Reset& e) {
        ensure(streams_.erase(e.stream) == 1, "only what was open is reset");
        ensure(!muxer_.has(e.stream), "a reset stream is gone");
    }
    void on(const mux::GoAway&) {}
    Stream& live(StreamId id) {
        const auto found = streams_.find(id);
        ensure(found != streams_.end(), "events are about live streams");
        return found->second;
    }

    void act(int what, std::size_t argument) {
        now_ += std::chrono::milliseconds{argument};
        const auto id = pick(argument);
        switch (what) {
        case 0:
            if (const auto opened = muxer_.open(); opened != 0) streams_.emplace(opened, Stream{});
            break;
        case 1: muxer_.write(id, Bytes(argument * 100)); break;
        case 2: muxer_.close_write(id); break;
        case 3:
            muxer_.reset(id);
            ensure(!muxer_.has(id), "a reset stream is gone");
            streams_.erase(id);
            break;
        case 4:
            if (const auto found = streams_.find(id); found != streams_.end())
                muxer_.consumed(id, std::exchange(found->second.unread, 0));
            break;
        case 5: muxer_.ping(); break;
        default: take(argument * 64); break;
        }
    }
    StreamId pick(std::size_t argument) const {
        if (streams_.empty()) return argument;
        auto found = streams_.begin();
        std::advance(found, static_cast<std::ptrdiff_t>(argument % streams_.size()));
        return found->first;
    }
    std::size_t take(std::size_t size_max) {
        Bytes out;
        std::vector<StreamId> flushed;
        muxer_.take_output(out, size_max, flushed);
        ensure(out.size() <= size_max, "output keeps to its room");
        for (const auto id : flushed) {
            ensure(streams_.contains(id), "what is flushed was there");
            if (!muxer_.has(id)) streams_.erase(id);
        }
        return out.size();
    }
    void drain() {
        while (take(65519) > 0) {
        }
        ensure(muxer_.output_size() == 0, "nothing is left when nothing leaves");
        for (const auto& [id, stream] : streams_) ensure(muxer_.has(id), "what was not told to be gone is there");
    }

    Muxer& muxer_;
    MuxerLimits limits_;
    Instant now_{};
    bool failed_ = false;
    std::map<StreamId, Stream> streams_;
    std::map<StreamId, int> inbound_;
};

} // namespace taleus::p2p::testing
