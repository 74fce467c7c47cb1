#include "wire/protobuf.hpp"

#include "wire/varint.hpp"

namespace taleus::wire {
namespace {

constexpr std::uint64_t field_number_max = (1U << 29U) - 1;
enum WireType : std::uint8_t { varint_type = 0, fixed64_type = 1, bytes_type = 2, fixed32_type = 5 };

Result<std::uint64_t> take_varint(ByteView& rest) {
    const auto read = read_varint(rest, 10);
    if (!read) return fail(read.error());
    if (!*read) return fail(Code::malformed, "protobuf ends within a varint");
    rest = rest.subspan((*read)->size);
    return (*read)->value;
}

Result<ByteView> take_bytes(ByteView& rest, std::uint64_t size) {
    if (size > rest.size()) return fail(Code::malformed, "protobuf field overruns its message");
    const auto taken = rest.first(static_cast<std::size_t>(size));
    rest = rest.subspan(taken.size());
    return taken;
}

Result<std::uint64_t> take_fixed(ByteView& rest, std::size_t size) {
    const auto bytes = take_bytes(rest, size);
    if (!bytes) return fail(bytes.error());
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = value << 8U | (*bytes)[i];
    return value;
}

} // namespace

Result<std::optional<ProtobufField>> ProtobufReader::next() {
    if (rest_.empty()) return std::nullopt;
    const auto tag = take_varint(rest_);
    if (!tag) return fail(tag.error());
    const auto number = *tag >> 3U;
    if (number == 0 || number > field_number_max) return fail(Code::malformed, "protobuf field number out of range");
    ProtobufField field{.number = static_cast<std::uint32_t>(number), .value = 0, .bytes = {}, .is_bytes = false};
    const auto type = *tag & 7U;
    if (type == bytes_type) {
        const auto size = take_varint(rest_);
        if (!size) return fail(size.error());
        const auto bytes = take_bytes(rest_, *size);
        if (!bytes) return fail(bytes.error());
        field.bytes = *bytes;
        field.is_bytes = true;
        return field;
    }
    if (type != varint_type && type != fixed64_type && type != fixed32_type)
        return fail(Code::malformed, "protobuf has a group or an unknown wire type");
    const auto value = type == varint_type ? take_varint(rest_) : take_fixed(rest_, type == fixed64_type ? 8 : 4);
    if (!value) return fail(value.error());
    field.value = *value;
    return field;
}

void ProtobufWriter::varint(std::uint32_t number, std::uint64_t value) {
    append_varint(out_, std::uint64_t{number} << 3U | varint_type);
    append_varint(out_, value);
}

void ProtobufWriter::bytes(std::uint32_t number, ByteView value) {
    append_varint(out_, std::uint64_t{number} << 3U | bytes_type);
    append_varint(out_, value.size());
    append(out_, value);
}

} // namespace taleus::wire
