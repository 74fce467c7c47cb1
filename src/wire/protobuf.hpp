#pragma once
// The little of protobuf that libp2p needs: a bounded reader over a message's fields, and a writer. No reflection, no
// allocation while reading, groups refused.

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>

namespace taleus::wire {

struct ProtobufField {
    std::uint32_t number = 0; // 1..2^29-1
    std::uint64_t value = 0;  // varint, 32- and 64-bit fields
    ByteView bytes;           // length-delimited fields
    bool is_bytes = false;
};

class ProtobufReader {
public:
    explicit ProtobufReader(ByteView message) : rest_{message} {}
    // The next field, nullopt at the end, `malformed` for overruns, groups, field number 0 and long varints.
    Result<std::optional<ProtobufField>> next();

private:
    ByteView rest_;
};

class ProtobufWriter {
public:
    void varint(std::uint32_t number, std::uint64_t value); // always written, zero too
    void bytes(std::uint32_t number, ByteView value);
    Bytes take() { return std::move(out_); }

private:
    Bytes out_;
};

} // namespace taleus::wire
