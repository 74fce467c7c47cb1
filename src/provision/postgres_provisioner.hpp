#pragma once
// Tally databases as schemas of one PostgreSQL database: a schema with the draft and a login for each party, which sees
// that schema and nothing else (docs/provisioning.md). Work is done on bounded threads of its own, on a connection of
// its own each time, and is cut short when nobody waits for it any more. Its owner destroys it when the event loop that
// asks has ended but its io_context is still there.

#include "async/worker.hpp"
#include "provision/order.hpp"

#include <memory>
#include <string>

namespace taleus::provision {

struct PostgresServer {
    std::string url;      // as libpq reads it, with no password: a role that may create roles and schemas
    std::string password; // of that role; empty: none is needed
    std::string endpoint; // what partners are told; empty: host, port and database of `url`
};

class PostgresProvisioner {
public:
    struct Limits {
        std::size_t waiting_max = 1024;
        std::size_t threads = 4; // each waits for the server
    };
    // `malformed` when partners cannot be told an endpoint.
    static Result<std::unique_ptr<PostgresProvisioner>> make(PostgresServer server);

    // Errors as of ports::Provisioner.
    async::awaitable<Result<Made>> provision(Order order);
    async::awaitable<Result<void>> remove(Order order);

private:
    PostgresProvisioner(PostgresServer server, Limits limits)
        : server_{std::move(server)}, worker_{limits.waiting_max, limits.threads} {}

    const PostgresServer server_;
    async::Worker worker_;
};

} // namespace taleus::provision
