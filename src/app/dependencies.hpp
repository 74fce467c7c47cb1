#pragma once
// What a home is configured to call: its provisioner, hooks, and the reader of drafts. The composition root owns it and
// destroys it when the event loops that ask have ended but their io_contexts are still there.

#include "app/open_home.hpp"
#include "ports/draft_reader.hpp"
#include "ports/identity_hook.hpp"
#include "ports/provisioner.hpp"
#include "ports/token_hook.hpp"
#include "session/removal.hpp"

#include <memory>

namespace taleus::app {

enum class Purpose : std::uint8_t { serve, join };

struct Dependencies {
    // `malformed` with what to set in config.toml.
    static Result<Dependencies> of(const OpenHome& home, Purpose purpose);

    std::unique_ptr<ports::Provisioner> provisioner;
    std::unique_ptr<ports::IdentityHook> identity; // null: none is configured
    std::unique_ptr<ports::TokenHook> tokens;      // likewise
    std::unique_ptr<ports::DraftReader> reader;    // null: drafts are not read back
};

// The removal of what sessions of this home left provisioned.
session::RemovalWorld removal_world(OpenHome& home, Dependencies& dependencies);

} // namespace taleus::app
