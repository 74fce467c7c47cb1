#include "host/admission.hpp"

#include "base/ensure.hpp"

#include <utility>

namespace taleus::host {

Admission::~Admission() { ensure(connections_ == 0 && handshaking_ == 0 && blocks_.empty(), "a permit outlived us"); }

std::size_t Admission::BlockHash::operator()(const Block& block) const noexcept {
    // Callers choose their addresses: a multiplier spreads neighbours over the buckets.
    constexpr std::uint64_t golden = 0x9e37'79b9'7f4a'7c15;
    const auto mixed = (block.prefix + (block.is_v4 ? 1U : 0U)) * golden;
    return static_cast<std::size_t>(mixed ^ (mixed >> 32U));
}

Admission::Block Admission::block_of(const boost::asio::ip::address& address) {
    if (address.is_v4()) return {address.to_v4().to_uint(), true};
    const auto v6 = address.to_v6();
    if (v6.is_v4_mapped()) {
        const auto bytes = v6.to_bytes();
        return {(std::uint64_t{bytes[12]} << 24U) | (std::uint64_t{bytes[13]} << 16U) |
                    (std::uint64_t{bytes[14]} << 8U) | bytes[15],
                true};
    }
    std::uint64_t prefix = 0;
    for (std::size_t i = 0; i < 8; ++i) prefix = (prefix << 8U) | v6.to_bytes()[i];
    return {prefix, false};
}

std::expected<Admission::Permit, Refusal> Admission::admit(const boost::asio::ip::address& from) {
    if (connections_ >= limits_.connections_max) return std::unexpected(Refusal::connections);
    if (handshaking_ >= limits_.handshaking_max) return std::unexpected(Refusal::handshaking);
    const auto block = block_of(from);
    const auto place = blocks_.find(block);
    const std::size_t held = place == blocks_.end() ? 0 : place->second;
    if (held >= limits_.per_address_max) return std::unexpected(Refusal::address);
    if (place == blocks_.end())
        blocks_.emplace(block, 1);
    else
        ++place->second;
    ++connections_;
    ++handshaking_;
    return Permit{*this, block};
}

Admission::Permit::Permit(Permit&& other) noexcept
    : admission_{std::exchange(other.admission_, nullptr)}, block_{other.block_}, handshaking_{other.handshaking_} {}

Admission::Permit& Admission::Permit::operator=(Permit&& other) noexcept {
    if (this != &other) {
        give_back();
        admission_ = std::exchange(other.admission_, nullptr);
        block_ = other.block_;
        handshaking_ = other.handshaking_;
    }
    return *this;
}

void Admission::Permit::authenticated() {
    if (admission_ != nullptr && std::exchange(handshaking_, false)) --admission_->handshaking_;
}

void Admission::Permit::give_back() {
    if (admission_ == nullptr) return;
    authenticated();
    --admission_->connections_;
    const auto place = admission_->blocks_.find(block_);
    if (--place->second == 0) admission_->blocks_.erase(place);
    admission_ = nullptr;
}

} // namespace taleus::host
