#include "wire/hash.hpp"

#include "base/ensure.hpp"

#include <openssl/evp.h>

#include <memory>
#include <new>

namespace taleus::wire {
namespace {

struct ContextDeleter {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Looking the algorithm up and making a context cost more than hashing a short message, so both are kept. All that is
// asked for is there: memory alone can be missing, and then it is asked for again.
const EVP_MD* algorithm() {
    static const EVP_MD* const fetched = [] {
        const auto* const found = EVP_MD_fetch(nullptr, "SHA256", nullptr);
        return found != nullptr ? found : throw std::bad_alloc{};
    }();
    return fetched;
}

using Context = std::unique_ptr<EVP_MD_CTX, ContextDeleter>;

// With its algorithm, so that hashing needs no memory afterwards.
Context made() {
    Context context{EVP_MD_CTX_new()};
    if (context == nullptr || EVP_DigestInit_ex2(context.get(), algorithm(), nullptr) != 1) throw std::bad_alloc{};
    return context;
}

EVP_MD_CTX* context() {
    thread_local const Context kept = made();
    return kept.get();
}

} // namespace

Digest sha256(ByteView bytes) { return sha256({bytes}); }

Digest sha256(std::initializer_list<ByteView> parts) {
    Digest digest;
    auto* const with = context();
    bool good = EVP_DigestInit_ex2(with, algorithm(), nullptr) == 1;
    for (const auto part : parts) good = good && EVP_DigestUpdate(with, part.data(), part.size()) == 1;
    good = good && EVP_DigestFinal_ex(with, digest.data(), nullptr) == 1;
    ensure(good, "OpenSSL does not hash");
    return digest;
}

} // namespace taleus::wire
