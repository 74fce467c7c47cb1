#pragma once
// How the journal's values are kept in columns: words as the documents have them, times in Unix milliseconds, so that a
// person with the sqlite3 shell can read a home. Digests are 32-byte blobs.

#include "base/code.hpp"
#include "base/digest.hpp"
#include "base/instant.hpp"
#include "ports/records.hpp"
#include "protocol/states.hpp"
#include "protocol/token.hpp"
#include "store/database.hpp"
#include "wire/messages.hpp"
#include "wire/peer_id.hpp"

#include <concepts>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taleus::store {

template <class T>
    requires std::integral<T>
struct Column<T> {
    static void bind(Statement& to, int at, T value) { to.bind(at, static_cast<std::int64_t>(value)); }
    static T read(Statement& from, int column) { return static_cast<T>(from.integer(column)); }
};

template <> struct Column<std::string_view> {
    static void bind(Statement& to, int at, std::string_view text) { to.bind(at, text); }
};
template <> struct Column<std::string> {
    static void bind(Statement& to, int at, const std::string& text) { to.bind(at, std::string_view{text}); }
    static std::string read(Statement& from, int column) { return std::string{from.text(column)}; }
};

template <class T> struct Column<std::optional<T>> {
    static void bind(Statement& to, int at, const std::optional<T>& value) {
        value ? Column<T>::bind(to, at, *value) : to.bind_null(at);
    }
    static std::optional<T> read(Statement& from, int column) {
        if (from.is_null(column)) return std::nullopt;
        return Column<T>::read(from, column);
    }
};

template <> struct Column<UtcTime> {
    static void bind(Statement& to, int at, UtcTime time) { to.bind(at, time.time_since_epoch().count()); }
    static UtcTime read(Statement& from, int column) {
        return UtcTime{std::chrono::milliseconds{from.integer(column)}};
    }
};
template <> struct Column<std::chrono::microseconds> {
    static void bind(Statement& to, int at, std::chrono::microseconds time) { to.bind(at, time.count()); }
    static std::chrono::microseconds read(Statement& from, int column) {
        return std::chrono::microseconds{from.integer(column)};
    }
};

template <std::size_t Size> struct Column<std::array<std::uint8_t, Size>> {
    using Value = std::array<std::uint8_t, Size>;
    static void bind(Statement& to, int at, const Value& bytes) { to.bind_blob(at, as_text(bytes)); }
    static Value read(Statement& from, int column) {
        Value value{};
        const auto bytes = from.text(column);
        if (bytes.size() == value.size())
            std::memcpy(value.data(), bytes.data(), bytes.size());
        else
            from.unreadable(column);
        return value;
    }
};
template <> struct Column<Bytes> {
    static void bind(Statement& to, int at, const Bytes& bytes) { to.bind_blob(at, as_text(bytes)); }
    static Bytes read(Statement& from, int column) { return to_bytes(as_bytes(from.text(column))); }
};

template <class Tag> struct Column<TaggedDigest<Tag>> {
    static void bind(Statement& to, int at, const TaggedDigest<Tag>& digest) {
        Column<Digest>::bind(to, at, digest.bytes);
    }
    static TaggedDigest<Tag> read(Statement& from, int column) { return {Column<Digest>::read(from, column)}; }
};

// Enumerations as their documented words.
template <class T>
concept Word = std::same_as<T, Code> || std::same_as<T, protocol::Side> || std::same_as<T, protocol::StateName> ||
               std::same_as<T, protocol::Requirement> || std::same_as<T, wire::Role> || std::same_as<T, ports::Access>;
std::optional<Code> from_word(std::string_view word, Code);
std::optional<protocol::Side> from_word(std::string_view word, protocol::Side);
std::optional<protocol::StateName> from_word(std::string_view word, protocol::StateName);
std::optional<protocol::Requirement> from_word(std::string_view word, protocol::Requirement);
std::optional<wire::Role> from_word(std::string_view word, wire::Role);
std::optional<ports::Access> from_word(std::string_view word, ports::Access);

template <Word T> struct Column<T> {
    static void bind(Statement& to, int at, T value) { to.bind(at, to_text(value)); }
    static T read(Statement& from, int column) {
        const auto value = from_word(from.text(column), T{});
        if (!value) from.unreadable(column);
        return value.value_or(T{});
    }
};

template <> struct Column<wire::PeerId> { // base58, or empty for no peer
    static void bind(Statement& to, int at, const wire::PeerId& peer);
    static wire::PeerId read(Statement& from, int column);
};
template <> struct Column<std::vector<std::string>> { // a JSON array
    static void bind(Statement& to, int at, const std::vector<std::string>& texts);
    static std::vector<std::string> read(Statement& from, int column);
};

} // namespace taleus::store
