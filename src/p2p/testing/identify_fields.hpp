#pragma once
// An identify message as a peer reads it: the values of each field, by its number. For tests only.

#include "base/ensure.hpp"
#include "wire/protobuf.hpp"
#include "wire/varint.hpp"

#include <map>
#include <string>
#include <vector>

namespace taleus::p2p::testing {

inline std::map<std::uint32_t, std::vector<std::string>> identify_fields(ByteView message) {
    const auto length = wire::read_varint(message).value().value();
    message = message.subspan(length.size);
    ensure(length.value == message.size(), "it is one message with its length in front");
    std::map<std::uint32_t, std::vector<std::string>> fields;
    wire::ProtobufReader reader{message};
    while (const auto field = reader.next().value()) fields[field->number].push_back(to_text(field->bytes));
    return fields;
}

} // namespace taleus::p2p::testing
