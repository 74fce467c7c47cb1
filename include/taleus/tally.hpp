#pragma once
/// @file
/// What comes of a bootstrap: a tally, with its shared database, as each side has it on record. Values; any thread.

#include <taleus/limits.hpp>
#include <taleus/vocabulary.hpp>

#include <string>
#include <vector>

namespace taleus {

/// Where a tally's database is, as the partner is told.
struct Database {
    std::string endpoint{}; ///< 1 to 2048 bytes; of the kinds that docs/provisioning.md lists, or the application's own
    std::string credentials_ref{}; ///< the partner's login there, at most 512 bytes; may be empty
    /// The same place and the same login.
    bool operator==(const Database&) const = default;
};

/// A tally on record. What a partner stated is its text: escape it where it is shown.
struct Tally {
    std::string id{};                         ///< of both sides alike
    std::string session{};                    ///< the session that made it
    Side side = Side::listener;               ///< of this record
    Role role = Role::stock;                  ///< the inviter's
    std::string created_by{};                 ///< who provisioned: `stock`, or as the partner put it
    std::string own_party{};                  ///< this side's party id
    std::string partner_party{};              ///< the partner's party id, as accepted
    std::string partner_peer{};               ///< the partner's peer id, as the secure channel proved it
    std::vector<std::string> partner_cadre{}; ///< where the partner's nodes are, as it says
    std::string invitation{};                 ///< the invitation's public name, 16 hex digits
    Database database{};                      ///< where it lives
    std::string draft{};                      ///< the signed draft, JSON text; empty: the partner sent none
    bool draft_verified = false;              ///< its signature and contents were checked
    bool acknowledged = false;                ///< foil: the listener has it on record, and the dialer has heard so
    bool confirmed = false;                   ///< both sides are known to have it
    Access access = Access::not_tried;        ///< was the draft read back from the database?
    UtcTime recorded{};                       ///< when it became durable here
};

/// How this side gets into a tally's database.
struct Login {
    std::string name{};     ///< as the database knows it; empty: it asks for none
    std::string password{}; ///< secret; empty: it asks for none, or it is not known here
};

} // namespace taleus
