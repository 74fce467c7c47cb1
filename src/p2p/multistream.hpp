#pragma once
// multistream-select 1.0.0: how both ends of a byte stream agree on the protocol that it will carry (libp2p
// specification, connections/README.md). Lines are at most 1024 bytes; what follows the line that settles it is left
// untouched, since a lazy dialer sends its protocol's first bytes along. Pure; owner: whoever owns the stream.

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::p2p {

// The agreed protocol, or nullopt while more input is needed.
using Agreement = Result<std::optional<std::string>>;

void append_multistream_line(Bytes& to, std::string_view line);

// Cuts lines out of input that comes in any pieces.
class MultistreamLines {
public:
    // The next line without its newline, taken off the front of `input`; nullopt: incomplete, and all of it was taken.
    // `malformed`: longer than 1024 bytes, empty, no newline at its end, a length in more than two or too many bytes.
    Result<std::optional<std::string>> next(ByteView& input);

private:
    Result<std::size_t> bytes_missing() const;
    Bytes partial_;
};

class MultistreamDialer {
public:
    explicit MultistreamDialer(std::vector<std::string> proposals);

    void begin(Bytes& output) const; // header and first proposal; with a single one its protocol's bytes may follow
    // `refused` once the peer said no to the last proposal, `malformed` for anything but a header and answers.
    Agreement receive(ByteView& input, Bytes& output);

private:
    Result<bool> on_line(const std::string& line, Bytes& output);

    std::vector<std::string> proposals_; // the first is on its way
    bool header_seen_ = false;
    MultistreamLines lines_;
};

class MultistreamListener {
public:
    // `malformed` besides bad lines: no header, or more than `proposals_max` proposals.
    Agreement receive(ByteView& input, Bytes& output, std::span<const std::string_view> supported);

    static constexpr int proposals_max = 16;

private:
    int lines_seen_ = 0;
    MultistreamLines lines_;
};

} // namespace taleus::p2p
