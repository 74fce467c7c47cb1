#pragma once
// Reads drafts back from PostgreSQL, each by a child process (draft_query.hpp) that ends with the waiting. At most so
// many at a time; one more fails at once. One shard's thread.

#include "base/instant.hpp"
#include "ports/draft_reader.hpp"
#include "ports/hook.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace taleus::provision {

struct ReadingRules {
    bool only_public = true;    // no loopback, private, link-local or metadata address
    std::string tls = "prefer"; // as libpq's sslmode: disable, prefer, require, verify-full
    std::string root_cert;      // for verify-full
    Duration timeout = std::chrono::seconds{2};
    std::size_t at_once_max = 8;
};

class PostgresReader final : public ports::DraftReader {
public:
    PostgresReader(std::unique_ptr<ports::Hook> child, ReadingRules rules)
        : child_{std::move(child)}, rules_{std::move(rules)} {}
    async::awaitable<Result<std::optional<std::string>>> read(wire::DatabaseAccess access, Secret secret,
                                                              std::string tally_id) override;

private:
    const std::unique_ptr<ports::Hook> child_;
    const ReadingRules rules_;
    std::size_t under_way_ = 0;
};

} // namespace taleus::provision
