#include "store/columns.hpp"

#include "wire/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

namespace taleus::store {

std::optional<Code> from_word(std::string_view word, Code) { return code_from_text(word); }
std::optional<protocol::Side> from_word(std::string_view word, protocol::Side) {
    for (const auto side : {protocol::Side::listener, protocol::Side::dialer})
        if (protocol::to_text(side) == word) return side;
    return std::nullopt;
}
std::optional<protocol::StateName> from_word(std::string_view word, protocol::StateName) {
    return protocol::state_from_text(word);
}
std::optional<protocol::Requirement> from_word(std::string_view word, protocol::Requirement) {
    return protocol::requirement_from_text(word);
}
std::optional<wire::Role> from_word(std::string_view word, wire::Role) { return wire::role_from_text(word); }
std::optional<ports::Access> from_word(std::string_view word, ports::Access) {
    for (const auto access : {ports::Access::not_tried, ports::Access::verified, ports::Access::failed})
        if (to_text(access) == word) return access;
    return std::nullopt;
}

void Column<wire::PeerId>::bind(Statement& to, int at, const wire::PeerId& peer) {
    to.bind(at, std::string_view{peer.empty() ? std::string{} : peer.to_text()});
}
wire::PeerId Column<wire::PeerId>::read(Statement& from, int column) {
    const auto text = from.text(column);
    if (text.empty()) return {};
    auto peer = wire::PeerId::from_text(text);
    if (!peer) from.unreadable(column);
    return peer.value_or(wire::PeerId{});
}

void Column<std::vector<std::string>>::bind(Statement& to, int at, const std::vector<std::string>& texts) {
    boost::json::array array;
    for (const auto& text : texts) array.emplace_back(text);
    to.bind(at, std::string_view{boost::json::serialize(array)});
}
std::vector<std::string> Column<std::vector<std::string>>::read(Statement& from, int column) {
    std::vector<std::string> texts;
    const auto value = wire::parse_json(as_bytes(from.text(column)));
    if (!value || !value->is_array()) {
        from.unreadable(column);
        return texts;
    }
    for (const auto& text : value->get_array()) {
        if (!text.is_string()) {
            from.unreadable(column);
            break;
        }
        texts.emplace_back(text.get_string());
    }
    return texts;
}

} // namespace taleus::store
