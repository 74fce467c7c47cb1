#include "provision/logins.hpp"

#include "wire/base_text.hpp"

#include <sodium.h>

#include <string_view>

namespace taleus::provision {
namespace {

constexpr std::size_t name_bytes = 16;
constexpr std::size_t password_bytes = 32;

Secret derived(const Secret& secret, std::string_view purpose) {
    Bytes key(password_bytes);
    crypto_generichash(key.data(), key.size(), as_bytes(purpose).data(), purpose.size(), secret.reveal().data(),
                       secret.reveal().size());
    auto text = to_bytes(wire::to_base64url(key));
    wipe(key);
    return Secret{std::move(text)};
}

} // namespace

ObjectNames names_of(const InstanceId& instance) {
    const auto schema = "taleus_" + to_hex(instance.view().first(name_bytes));
    return {schema, schema + "_own", schema + "_partner"};
}

Result<Passwords> passwords_of(const ports::Intent& intent, const protocol::StoreKey& store_key) {
    const auto secret = store_key.reveal(intent.secret, "instance " + to_hex(intent.instance.view()));
    if (!secret) return fail(secret.error());
    return Passwords{derived(*secret, "taleus-password/1 own"), derived(*secret, "taleus-password/1 partner")};
}

} // namespace taleus::provision
