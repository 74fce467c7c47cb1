#include "p2p/multistream.hpp"

#include "base/ensure.hpp"
#include "wire/varint.hpp"

#include <algorithm>

namespace taleus::p2p {
namespace {

constexpr std::string_view header = "/multistream/1.0.0";
constexpr std::string_view refusal = "na";
constexpr std::size_t line_size_max = 1024; // the newline included
constexpr std::size_t length_size_max = 2;

} // namespace

void append_multistream_line(Bytes& to, std::string_view line) {
    wire::append_varint(to, line.size() + 1);
    append(to, line);
    to.push_back('\n');
}

Result<std::optional<std::string>> MultistreamLines::next(ByteView& input) {
    while (true) {
        const auto missing = bytes_missing();
        if (!missing) return fail(missing.error());
        if (*missing == 0) break;
        if (input.empty()) return std::nullopt;
        const auto count = std::min(*missing, input.size());
        append(partial_, input.first(count));
        input = input.subspan(count);
    }
    if (partial_.back() != '\n') return fail(Code::malformed, "multistream: no newline");
    const std::size_t length_size = partial_.size() > 0x7f + 1 ? 2 : 1; // minimal, so the size tells
    auto line = to_text(ByteView{partial_}.subspan(length_size, partial_.size() - length_size - 1));
    partial_ = {};
    return line;
}

// Of the line, as far as its beginning tells: at least one while its length is incomplete.
Result<std::size_t> MultistreamLines::bytes_missing() const {
    const auto length = wire::read_varint(partial_, length_size_max);
    if (!length) return fail(Code::malformed, "multistream: bad length");
    if (!*length) return 1;
    const auto [value, size] = **length;
    if (value == 0 || value > line_size_max) return fail(Code::malformed, "multistream: bad length");
    return size + value - partial_.size();
}

MultistreamDialer::MultistreamDialer(std::vector<std::string> proposals) : proposals_{std::move(proposals)} {
    ensure(!proposals_.empty(), "a dialer proposes something");
}

void MultistreamDialer::begin(Bytes& output) const {
    append_multistream_line(output, header);
    append_multistream_line(output, proposals_.front());
}

Agreement MultistreamDialer::receive(ByteView& input, Bytes& output) {
    while (true) {
        auto line = lines_.next(input);
        if (!line) return fail(std::move(line.error()));
        if (!*line) return std::nullopt;
        const auto agreed = on_line(**line, output);
        if (!agreed) return fail(agreed.error());
        if (*agreed) return std::move(proposals_.front());
    }
}

Result<bool> MultistreamDialer::on_line(const std::string& line, Bytes& output) {
    if (!header_seen_) {
        if (line != header) return fail(Code::malformed, "multistream: no header");
        header_seen_ = true;
        return false;
    }
    if (line == proposals_.front()) return true;
    if (line != refusal) return fail(Code::malformed, "multistream: an answer to nothing proposed");
    proposals_.erase(proposals_.begin());
    if (proposals_.empty()) return fail(Code::refused, "protocol not supported");
    append_multistream_line(output, proposals_.front());
    return false;
}

Agreement MultistreamListener::receive(ByteView& input, Bytes& output, std::span<const std::string_view> supported) {
    while (true) {
        auto line = lines_.next(input);
        if (!line) return fail(std::move(line.error()));
        if (!*line) return std::nullopt;
        if (lines_seen_++ == 0) {
            if (**line != header) return fail(Code::malformed, "multistream: no header");
            append_multistream_line(output, header);
            continue;
        }
        if (lines_seen_ > proposals_max + 1) return fail(Code::malformed, "multistream: too many proposals");
        if (std::ranges::find(supported, **line) != supported.end()) {
            append_multistream_line(output, **line);
            return std::move(**line);
        }
        append_multistream_line(output, refusal);
    }
}

} // namespace taleus::p2p
