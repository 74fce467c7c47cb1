#pragma once
// Numbers and signs what a transaction appends to its node's trail: RFC 6962 tree, C2SP checkpoints (src/audit). Place
// and head are allotted inside the transaction, holding the trail's row, so two heads of one trail never disagree,
// whoever else writes to it and whenever a process dies. One signature a transaction.

#include "audit/checkpoint.hpp"
#include "audit/tree.hpp"
#include "base/random.hpp"
#include "store/database.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace taleus::store {

// Who writes: the node's key signs, chance names trails and salts details. Both outlive whoever holds this; `random` is
// used by the writer's thread alone.
struct Author {
    const wire::KeyPair& key;
    Random& random;
};

class Filing;

class Sealer {
public:
    explicit Sealer(Author author) : key_{author.key}, random_{author.random} {}

    // The last thing that a transaction does. Puts what it appended into the newest trail of the node, which is begun
    // where there is none.
    void seal(Database& database);
    // Begins another trail, whose first record names the last head of the one before.
    void begin_anew(Database& database, std::string_view cause, UtcTime now);
    // Puts records of before there were trails into this node's, once.
    void take_in_earlier(Database& database);

private:
    struct Row {
        std::int64_t number = 0;
        std::string origin;
        audit::Tree tree;
    };
    std::optional<Row> newest(Database& database);
    Row begin(Database& database, std::string_view cause, UtcTime now, const Row* before);
    void append(Database& database, Filing& filing, audit::Growth& growth, Unsealed& one, std::string& bytes);
    void sign(Database& database, const Row& trail, const audit::Growth& growth, std::span<const std::string> records);

    const wire::KeyPair& key_;
    Random& random_;
};

} // namespace taleus::store
