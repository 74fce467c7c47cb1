// Any bytes as each kind of message: what is read is written to text that reads the same, the kinds are told apart the
// same way with and without parsing, and only the expiry changes where only the expiry should.
#include "base/ensure.hpp"
#include "wire/messages.hpp"

namespace {

using namespace taleus;
using namespace taleus::wire;

std::string written(const Contact& message) { return to_json(message); }
std::string written(const DatabaseResult& message) { return to_json(message); }
std::string written(const Accepted& message) { return to_json(message); }
std::string written(const Refusal& message) { return to_json(message, RefusalForm::acknowledgement); }
std::string written(const NotAcknowledged&) { return R"({"approved":null})"; }

std::string text_of(const auto& message) {
    return std::visit([](const auto& kind) { return written(kind); }, message);
}

void check_inbound(ByteView input) {
    const bool looks = looks_like_database_result(input);
    const auto read = parse_inbound(input);
    if (!read) return;
    ensure(looks == std::holds_alternative<DatabaseResult>(*read), "both ways to tell the kind agree");
    const auto text = text_of(*read);
    const auto again = parse_inbound(as_bytes(text));
    ensure(again && text_of(*again) == text, "an inbound message is read again");
}

void check_response(ByteView input) {
    const auto read = parse_response(input);
    if (!read) return;
    const auto* const approved = std::get_if<Approved>(&*read);
    if (approved == nullptr) {
        const auto text = to_json(std::get<Refusal>(*read), RefusalForm::result);
        const auto again = parse_response(as_bytes(text));
        ensure(again && to_json(std::get<Refusal>(*again), RefusalForm::result) == text, "a refusal is read again");
        return;
    }
    auto changed = *approved;
    if (changed.expires_in) changed.expires_in = std::chrono::milliseconds{12345};
    ensure(with_expiry(to_json(*approved), std::chrono::milliseconds{12345}) == to_json(changed),
           "only the expiry changes");
    const auto again = parse_response(as_bytes(to_json(changed)));
    ensure(again && to_json(std::get<Approved>(*again)) == to_json(changed), "an approval is read again");
}

void check_acknowledgement(ByteView input) {
    const auto read = parse_acknowledgement(input);
    if (!read) return;
    const auto text = text_of(*read);
    const auto again = parse_acknowledgement(as_bytes(text));
    ensure(again && again->index() == read->index() && text_of(*again) == text, "an acknowledgement is read again");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input{data, size};
    check_inbound(input);
    check_response(input);
    check_acknowledgement(input);
    return 0;
}
