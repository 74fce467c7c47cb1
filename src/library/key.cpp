#include "library/files.hpp"
#include "library/inside.hpp"
#include "wire/peer_id.hpp"

#include <fmt/format.h>
#include <taleus/key.hpp>

#include <utility>

namespace taleus {

NodeKey::NodeKey(std::shared_ptr<const Parts> parts) : parts_{std::move(parts)} {}

NodeKey NodeKey::generate() {
    SystemRandom random;
    return NodeKey{std::make_shared<const Parts>(wire::KeyPair::generate(random))};
}

Result<NodeKey> NodeKey::load(const std::filesystem::path& file) {
    auto pair = library::read_key(file);
    if (!pair) return fail(std::move(pair.error()));
    return NodeKey{std::make_shared<const Parts>(std::move(*pair))};
}

Result<void> NodeKey::save(const std::filesystem::path& file) const {
    const auto secret = parts_->pair.to_protobuf();
    auto written = library::create_file(file, secret.reveal(), 0600);
    if (!written && written.error().code == Code::conflict)
        return fail(Code::conflict, fmt::format("{} has a key already, which is never overwritten", file.string()));
    return written;
}

std::string NodeKey::peer_id() const { return wire::PeerId::of(parts_->pair.public_key()).to_text(); }

} // namespace taleus
