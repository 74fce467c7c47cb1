#pragma once
/// @file
/// The key of a node: an Ed25519 key pair, by which the libp2p network knows it.

#include <taleus/export.hpp>
#include <taleus/result.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace taleus {

/// A node's key pair. A value: copies share the secret, which is wiped from memory with the last of them. Any thread.
class TALEUS_EXPORT NodeKey {
public:
    /// A new one, from the system's randomness.
    static NodeKey generate();
    /// Reads a libp2p PrivateKey protobuf (Ed25519). `internal` when the file cannot be read, may be read by others, or
    /// holds no such key.
    static Result<NodeKey> load(const std::filesystem::path& file);

    /// Writes it whole or not at all, mode 0600. `conflict` when the file is there: a key is never overwritten.
    /// `internal` when it cannot be written.
    Result<void> save(const std::filesystem::path& file) const;
    /// The peer id, base58 text: `12D3KooW…`.
    std::string peer_id() const;

private:
    friend struct Inside;
    struct Parts;
    explicit NodeKey(std::shared_ptr<const Parts> parts);
    std::shared_ptr<const Parts> parts_;
};

} // namespace taleus
