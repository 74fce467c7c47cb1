#pragma once
// SHA-256, by OpenSSL (it uses the processor's SHA instructions).

#include "base/bytes.hpp"
#include "base/digest.hpp"

#include <initializer_list>

namespace taleus::wire {

Digest sha256(ByteView bytes);
Digest sha256(std::initializer_list<ByteView> parts); // of their concatenation

} // namespace taleus::wire
