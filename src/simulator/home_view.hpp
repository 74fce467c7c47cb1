#pragma once
// What a home holds, read from its database by SQL of its own: the checks share no code with what they check.

#include "base/bytes.hpp"
#include "sim/disk.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace taleus::simulator {

struct HomeView {
    struct Invitation {
        std::string token; // hex
        std::string role;
        std::optional<std::int64_t> uses;
        std::optional<std::int64_t> per_peer;
        std::optional<std::int64_t> revoked;
        std::int64_t spent = 0;
        std::int64_t reserved = 0;
    };
    struct Session {
        std::int64_t number = 0;
        std::string id, side, role, key, token, peer, party, state;
        bool is_ended = false;
        std::string code, response, acknowledgement, tally_id;
        bool is_reserved = false;
        bool holds_key = false;
        std::string told; // where its last arrow on record leads, or empty
        bool is_contacted = false;
    };
    struct Tally {
        std::int64_t session = 0;
        std::string tally_id, side, role, key, token, peer, own_party, partner_party, created_by, endpoint, credentials;
        bool is_acknowledged = false;
    };
    struct Instance {
        std::int64_t session = 0;
        std::string side, tally_id, state;
    };
    struct Record {
        std::int64_t order = 0; // of its bundle among those of all trails
        std::int64_t trail = 0, bundle = 0, seq = 0;
        std::string record;
        Bytes leaf;
    };
    struct Filed { // a bundle that tells of a session
        std::int64_t trail = 0, first = 0, session = 0;
    };
    struct Head {
        std::int64_t trail = 0, size = 0;
        Bytes root, signature;
    };
    struct Trail {
        std::int64_t number = 0, size = 0;
        std::string node, origin;
    };

    std::string home; // its folder
    std::vector<Invitation> invitations;
    std::vector<Session> sessions;
    std::vector<Tally> tallies;
    std::vector<Instance> instances;
    std::vector<Record> records; // of trail and number
    std::vector<Filed> filed;    // of trail, bundle and session
    std::vector<Head> heads;     // of trail and size
    std::vector<Trail> trails;
    std::string damage; // what SQLite says of the file, where it is not sound
};

enum class Depth : bool { tallies, all };
// Changes nothing of the file, whoever else has it open. A file that cannot be read has a `damage`.
HomeView view_home(sim::Disk& disk, const std::string& home, Depth depth = Depth::all);

} // namespace taleus::simulator
