#pragma once
// Tally databases as schemas of one PostgreSQL database: a schema with the draft and a login for each party, which sees
// that schema and nothing else (docs/provisioning.md). Work is done on bounded threads of its own, on a connection of
// its own each time, and is cut short when nobody waits for it any more. The composition root owns it and destroys it
// when the event loops that ask have ended but their io_contexts are still there.

#include "async/worker.hpp"
#include "ports/provisioner.hpp"
#include "protocol/store_key.hpp"

#include <memory>
#include <string>

namespace taleus::provision {

struct PostgresServer {
    std::string url;      // as libpq reads it, with no password: a role that may create roles and schemas
    std::string password; // of that role; empty: none is needed
    std::string endpoint; // what partners are told; empty: host, port and database of `url`
};

class PostgresProvisioner final : public ports::Provisioner {
public:
    struct Limits {
        std::size_t waiting_max = 1024;
        std::size_t threads = 4; // each waits for the server
    };
    // `malformed` when partners cannot be told an endpoint.
    static Result<std::unique_ptr<PostgresProvisioner>> make(PostgresServer server, protocol::StoreKey store_key);

    async::awaitable<Result<ports::MadeDatabase>> provision(ports::Intent intent, ports::Call call) override;
    async::awaitable<Result<void>> remove(ports::Intent intent, ports::Call call) override;

private:
    PostgresProvisioner(PostgresServer server, protocol::StoreKey store_key, Limits limits)
        : server_{std::move(server)}, store_key_{std::move(store_key)}, worker_{limits.waiting_max, limits.threads} {}

    const PostgresServer server_;
    const protocol::StoreKey store_key_;
    async::Worker worker_;
};

} // namespace taleus::provision
