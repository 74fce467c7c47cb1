#pragma once
/// @file
/// Hooks that need not be written: code of the application behind HTTP or in an executable, and databases on a
/// PostgreSQL server, as the program `taleus` has them (docs/provisioning.md has the JSON and what the server needs).
///
/// Each has a thread of its own, on which it waits; it never blocks `Hooks::executor`, heeds `Call::cancelled` and ends
/// at `Call::allowed`: then the connection is closed, the executable is killed with its children. One may serve several
/// listeners and dialers, and may be called by a hook of the application's own. Its destructor cancels what is under
/// way and waits for it; not from a completion.

#include <taleus/export.hpp>
#include <taleus/hooks.hpp>
#include <taleus/result.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace taleus {

/// Asks for tokens at `target`: `http://HOST[:PORT][/PATH]` or the absolute path of an executable. `malformed` when it
/// is neither.
TALEUS_EXPORT Result<std::shared_ptr<TokenSource>> token_source_at(std::string_view target);
/// Asks for identities at `target`, which is as of `token_source_at`.
TALEUS_EXPORT Result<std::shared_ptr<IdentityCheck>> identity_check_at(std::string_view target);
/// Has databases made at `target`, which is as of `token_source_at`.
TALEUS_EXPORT Result<std::shared_ptr<Provisioner>> provisioner_at(std::string_view target);

/// A server on which each tally is a schema, with a login for each party.
struct PostgresServer {
    std::string url{};      ///< as libpq reads it, without a password: a role that may create roles and schemas
    std::string password{}; ///< of that role; empty: it needs none. Secret
    std::string endpoint{}; ///< what partners are told, `postgres://HOST[:PORT]/DB`; empty: taken from `url`
};
/// Makes databases there. `malformed` when partners cannot be told where, or the URL holds a password. Nothing is
/// dialled before the first call.
TALEUS_EXPORT Result<std::shared_ptr<Provisioner>> postgres_provisioner(PostgresServer server);

} // namespace taleus
