#include "audit/checkpoint.hpp"

#include "wire/base_text.hpp"
#include "wire/hash.hpp"
#include "wire/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <vector>

namespace taleus::audit {
namespace {

constexpr std::string_view origin_prefix = "taleus-audit/";
constexpr std::string_view dash = "\xe2\x80\x94 "; // em dash, space
constexpr std::uint8_t ed25519_type = 1;
constexpr std::size_t key_id_bytes = 4;

using KeyId = std::array<std::uint8_t, key_id_bytes>;

KeyId key_id(std::string_view name, const wire::PublicKey& key) {
    static constexpr std::array<std::uint8_t, 2> separator{'\n', ed25519_type};
    const auto hash = wire::sha256({as_bytes(name), separator, key.data});
    KeyId id;
    std::copy_n(hash.begin(), id.size(), id.begin());
    return id;
}

std::vector<std::string_view> lines_of(std::string_view text) { // each ends in a newline
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.push_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return lines;
}

std::unexpected<Error> no_note(std::string_view why) {
    return fail(Code::malformed, fmt::format("no signed note: {}", why));
}

struct Line { // of a signature
    std::string_view name;
    Bytes content; // key id, signature
};

std::optional<Line> signature_line(std::string_view line) {
    if (!line.starts_with(dash)) return std::nullopt;
    line.remove_prefix(dash.size());
    const auto space = line.find(' ');
    if (space == 0 || space == std::string_view::npos) return std::nullopt;
    auto content = wire::from_base64(line.substr(space + 1));
    if (!content || content->size() <= key_id_bytes) return std::nullopt;
    return Line{line.substr(0, space), std::move(*content)};
}

std::optional<std::uint64_t> size_of_text(std::string_view text) {
    std::uint64_t size = 0;
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc{} || at != text.data() + text.size() || (text.size() > 1 && text.front() == '0'))
        return std::nullopt;
    return size;
}

Result<Checkpoint> checkpoint_of(std::string_view text) {
    const auto lines = lines_of(text);
    if (lines.size() < 3 || std::ranges::any_of(lines, &std::string_view::empty))
        return fail(Code::malformed, "a checkpoint has three lines: origin, size, root");
    Checkpoint head;
    head.origin = lines[0];
    const auto size = size_of_text(lines[1]);
    const auto root = wire::from_base64(lines[2]);
    if (!size) return fail(Code::malformed, "the checkpoint's size is no number");
    if (!root || root->size() != head.root.size()) return fail(Code::malformed, "the checkpoint's root is no SHA-256");
    head.size = *size;
    std::ranges::copy(*root, head.root.begin());
    return head;
}

} // namespace

std::string make_origin(const wire::PeerId& node, Random& random) {
    return fmt::format("{}{}/{}", origin_prefix, node.to_text(), wire::to_base64url(random.bytes<16>()));
}

std::optional<wire::PeerId> node_of_origin(std::string_view origin) {
    if (!origin.starts_with(origin_prefix)) return std::nullopt;
    origin.remove_prefix(origin_prefix.size());
    const auto slash = origin.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    auto peer = wire::PeerId::from_text(origin.substr(0, slash));
    const auto id = wire::from_base64url(origin.substr(slash + 1));
    if (!peer || !id || id->size() != 16) return std::nullopt;
    return std::move(*peer);
}

std::string note_text(const Checkpoint& head) {
    return fmt::format("{}\n{}\n{}\n", head.origin, head.size, wire::to_base64(head.root));
}

wire::Signature sign(const Checkpoint& head, const wire::KeyPair& key) { return key.sign(as_bytes(note_text(head))); }

bool is_signed(const Checkpoint& head, ByteView signature, const wire::PublicKey& key) {
    return wire::verify(key, as_bytes(note_text(head)), signature);
}

std::string to_note(const Checkpoint& head, const wire::Signature& signature, const wire::PublicKey& key) {
    auto content = to_bytes(key_id(head.origin, key));
    append(content, signature);
    return fmt::format("{}\n{}{} {}\n", note_text(head), dash, head.origin, wire::to_base64(content));
}

Result<std::string> open_note(std::string_view note, std::string_view name, const wire::PublicKey& key) {
    if (note.size() > note_bytes_max) return no_note("it is too large");
    if (!wire::is_utf8(note)) return no_note("it is not UTF-8");
    if (std::ranges::any_of(note, [](char c) { return c >= '\0' && c < ' ' && c != '\n'; }))
        return no_note("it has a control character");
    const auto blank = note.rfind("\n\n");
    if (blank == std::string_view::npos || !note.ends_with('\n'))
        return no_note("text and signatures are not told apart");
    const auto text = note.substr(0, blank + 1);
    const auto lines = lines_of(note.substr(blank + 2));
    if (lines.empty() || lines.size() > signatures_max) return no_note("it has no signature, or too many");

    const auto id = key_id(name, key);
    bool is_signed = false;
    for (const auto line : lines) {
        const auto found = signature_line(line);
        if (!found) return no_note("a signature's line is damaged");
        if (found->name != name || !std::equal(id.begin(), id.end(), found->content.begin())) continue;
        if (!wire::verify(key, as_bytes(text), ByteView{found->content}.subspan(key_id_bytes)))
            return fail(Code::invalid_identity, "the note's signature does not hold");
        is_signed = true;
    }
    if (!is_signed) return fail(Code::invalid_identity, "the note is not signed by the key that was asked for");
    return std::string{text};
}

Result<Checkpoint> open_checkpoint(std::string_view note, const wire::PublicKey* key) {
    const auto origin = note.substr(0, note.find('\n'));
    std::optional<wire::PublicKey> named;
    if (key == nullptr) {
        if (const auto node = node_of_origin(origin)) named = node->public_key();
        if (!named) return fail(Code::malformed, "the checkpoint's origin names no node; give its key");
        key = &*named;
    }
    const auto text = open_note(note, origin, *key);
    if (!text) return fail(text.error());
    return checkpoint_of(*text);
}

std::string verifier_key(std::string_view name, const wire::PublicKey& key) {
    Bytes content{ed25519_type};
    append(content, key.data);
    return fmt::format("{}+{}+{}", name, to_hex(key_id(name, key)), wire::to_base64(content));
}

} // namespace taleus::audit
