#include "protocol/credentials.hpp"

#include "base/ensure.hpp"
#include "wire/base_text.hpp"
#include "wire/json.hpp"

#include <boost/json/object.hpp>
#include <sodium.h>

#include <algorithm>
#include <array>

namespace taleus::protocol {
namespace {

namespace json = boost::json;

using CurveKey = std::array<std::uint8_t, crypto_box_PUBLICKEYBYTES>;

constexpr std::size_t password_size = 32;

std::optional<CurveKey> curve_key_of(const wire::PublicKey& key) {
    CurveKey curve{};
    if (key.type != wire::KeyType::ed25519 || key.data.size() != crypto_sign_PUBLICKEYBYTES) return std::nullopt;
    if (crypto_sign_ed25519_pk_to_curve25519(curve.data(), key.data.data()) != 0) return std::nullopt;
    return curve;
}

// crypto_box_seal with the ephemeral key as an argument, like all randomness here.
Bytes sealed_box(ByteView plain, const CurveKey& to, Random& random) {
    auto seed = random.bytes<crypto_box_SEEDBYTES>();
    std::array<std::uint8_t, crypto_box_SECRETKEYBYTES> once{};
    Bytes box(crypto_box_PUBLICKEYBYTES + crypto_box_MACBYTES + plain.size());
    crypto_box_seed_keypair(box.data(), once.data(), seed.data());
    Bytes keys{box.begin(), box.begin() + crypto_box_PUBLICKEYBYTES};
    append(keys, to);
    std::array<std::uint8_t, crypto_box_NONCEBYTES> nonce{};
    crypto_generichash(nonce.data(), nonce.size(), keys.data(), keys.size(), nullptr, 0);
    const int failed = crypto_box_easy(box.data() + crypto_box_PUBLICKEYBYTES, plain.data(), plain.size(), nonce.data(),
                                       to.data(), once.data());
    ensure(failed == 0, "libsodium does not seal");
    wipe(seed);
    wipe(once);
    return box;
}

std::unexpected<Error> wrong(std::string_view what) {
    return fail(Code::invalid_database, std::string{what} + " of sealedCredentials is wrong");
}

bool says(const json::object& members, std::string_view name, std::string_view expected) {
    const auto* member = members.if_contains(name);
    return member != nullptr && member->is_string() && std::string_view{member->get_string()} == expected;
}

bool is_version_one(const json::value* version) {
    return version != nullptr && version->is_int64() && version->get_int64() == 1;
}

bool is_from_one_of(const json::object& members, const std::vector<wire::PeerId>& peers) {
    return std::ranges::any_of(peers, [&](const auto& peer) { return says(members, "from", peer.to_text()); });
}

Result<Secret> checked(const json::object& members, const SealedFor& of, const std::vector<wire::PeerId>& from,
                       const wire::PeerId& to) {
    if (members.size() != 7 || !is_version_one(members.if_contains("v"))) return wrong("v");
    if (!says(members, "tallyId", of.tally_id)) return wrong("tallyId");
    if (!says(members, "endpoint", of.database.endpoint)) return wrong("endpoint");
    if (!says(members, "credentialsRef", of.database.credentials_ref)) return wrong("credentialsRef");
    if (!is_from_one_of(members, from)) return wrong("from");
    if (!says(members, "to", to.to_text())) return wrong("to");
    const auto* secret = members.if_contains("secret");
    if (secret == nullptr || !secret->is_string()) return wrong("secret");
    const std::string_view text = secret->get_string();
    if (text.empty() || text.size() > login_secret_bytes_max || text.contains('\0')) return wrong("secret");
    return Secret{to_bytes(text)};
}

} // namespace

Secret make_login_secret(Random& random) {
    auto bytes = random.bytes<password_size>();
    auto text = wire::to_base64url(bytes);
    Secret secret{to_bytes(text)};
    wipe(bytes);
    wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()}); // NOLINT: char and uint8_t alias legally
    return secret;
}

std::optional<std::string> seal_credentials(const Secret& secret, const SealedFor& of, const wire::PeerId& from,
                                            const wire::PeerId& to, Random& random) {
    const auto key = to.public_key();
    const auto curve = key ? curve_key_of(*key) : std::nullopt;
    if (!curve) return std::nullopt;
    const auto text = wire::canonical_json(json::object{{"v", 1},
                                                        {"tallyId", of.tally_id},
                                                        {"endpoint", of.database.endpoint},
                                                        {"credentialsRef", of.database.credentials_ref},
                                                        {"from", from.to_text()},
                                                        {"to", to.to_text()},
                                                        {"secret", as_text(secret.reveal())}});
    ensure(text.has_value(), "texts have a canonical form");
    return wire::to_base64url(sealed_box(as_bytes(*text), *curve, random));
}

Result<Secret> open_credentials(std::string_view sealed, const SealedFor& of, const std::vector<wire::PeerId>& from,
                                const wire::KeyPair& to) {
    const auto box = wire::from_base64url(sealed);
    const auto curve = curve_key_of(to.public_key());
    if (!box || box->size() < crypto_box_SEALBYTES || !curve) return wrong("the text");
    Bytes plain(box->size() - crypto_box_SEALBYTES);
    const auto own = to.x25519_secret();
    if (crypto_box_seal_open(plain.data(), box->data(), box->size(), curve->data(), own.reveal().data()) != 0)
        return wrong("the seal");
    const Secret kept{std::move(plain)};
    const auto value = wire::parse_json(kept.reveal());
    if (!value || !value->is_object()) return wrong("the content");
    return checked(value->get_object(), of, from, wire::PeerId::of(to.public_key()));
}

} // namespace taleus::protocol
