#pragma once
// What is behind the public handles, for the library and the program.

#include "wire/keys.hpp"

#include <taleus/key.hpp>

namespace taleus {

struct NodeKey::Parts {
    wire::KeyPair pair;
};

// The way from public objects to what they stand for.
struct Inside {
    static const wire::KeyPair& of(const NodeKey& key) { return key.parts_->pair; }
};

} // namespace taleus
