#pragma once
// The outcome codes of the protocol are part of the public interface; what they mean on the wire is in
// docs/protocol.md.

#include <taleus/code.hpp>
