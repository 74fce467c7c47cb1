#include "provision/postgres_provisioner.hpp"

#include "async/interrupt.hpp"
#include "provision/endpoint.hpp"
#include "provision/logins.hpp"
#include "provision/postgres_link.hpp"
#include "wire/json.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <memory>

namespace taleus::provision {
namespace {

postgres::Options options_of(const PostgresServer& server) {
    postgres::Options options{{"dbname", server.url},
                              {"application_name", "taleus provisioner"},
                              {"options", "-c statement_timeout=10s -c idle_in_transaction_session_timeout=10s "
                                          "-c search_path=pg_catalog"}};
    if (!server.password.empty()) options.emplace_back("password", server.password);
    return options;
}

// What a URL says, as libpq reads it; nothing is dialled.
struct UrlParts {
    std::optional<Endpoint> endpoint; // as partners can be told; nullopt where it names no host or database
    bool is_readable = false;
    bool has_password = false;
};
UrlParts parts_of(const std::string& url) {
    char* fault = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&::PQconninfoFree)> options{::PQconninfoParse(url.c_str(), &fault),
                                                                                 &::PQconninfoFree};
    ::PQfreemem(fault);
    UrlParts parts;
    if (options == nullptr) return parts;
    parts.is_readable = true;
    std::string host;
    std::string port = "5432";
    std::string database;
    for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val == nullptr) continue;
        const std::string_view name{option->keyword};
        if (name == "host") host = option->val;
        if (name == "port") port = option->val;
        if (name == "dbname") database = option->val;
        if (name == "password") parts.has_password = true;
    }
    const bool is_bracketed = host.contains(':');
    parts.endpoint = parse_endpoint(
        fmt::format("postgres://{}{}{}:{}/{}", is_bracketed ? "[" : "", host, is_bracketed ? "]" : "", port, database));
    return parts;
}

Result<std::string> identity_of(const std::string& draft) {
    const auto json = wire::parse_json(as_bytes(draft));
    const auto* tally = json && json->is_object() ? json->get_object().if_contains("tally") : nullptr;
    if (tally == nullptr) return fail(Code::provisioning_failed, "the draft names no tally");
    return wire::canonical_json(*tally);
}

// Other calls for this instance, here or at a sister node, wait until this one has ended.
void begin(PostgresLink& link, const ObjectNames& names) {
    link.run("BEGIN");
    link.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", {names.schema});
}

// Who may connect stands in the database's one row of pg_database, and of two transactions that change it at once
// PostgreSQL fails the second ("tuple concurrently updated"): other instances' calls wait here until this one has
// ended, or has stood still for so long that the server ends it.
void begin_grants(PostgresLink& link) {
    link.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", {"taleus: who may connect"});
}

bool has_role(PostgresLink& link, const std::string& role) {
    return link.run("SELECT 1 FROM pg_roles WHERE rolname = $1", {role}).size() > 0;
}

void make_login(PostgresLink& link, const ObjectNames& names, const std::string& role, const Secret& password,
                const std::string& database) {
    const auto verifier = link.literal(link.scram_verifier(as_text(password.reveal()), role));
    if (has_role(link, role))
        link.run(fmt::format("ALTER ROLE {} PASSWORD {}", role, verifier));
    else
        link.run(fmt::format("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION "
                             "NOBYPASSRLS CONNECTION LIMIT 16 PASSWORD {}",
                             role, verifier));
    link.run(fmt::format("GRANT CONNECT ON DATABASE {} TO {}", database, role));
    link.run(fmt::format("GRANT USAGE ON SCHEMA {} TO {}", names.schema, role));
    link.run(fmt::format("GRANT SELECT ON {}.tally TO {}", names.schema, role));
    link.run(fmt::format("ALTER ROLE {} IN DATABASE {} SET search_path = {}", role, database, names.schema));
}

// The draft as it stands; another one under the same name was made by somebody else.
void write_draft(PostgresLink& link, const ObjectNames& names, const Order& order, const std::string& identity) {
    const auto instance = to_hex(order.instance.view());
    link.run(fmt::format("CREATE SCHEMA IF NOT EXISTS {}", names.schema));
    link.run(fmt::format("CREATE TABLE IF NOT EXISTS {}.tally (tally_id text PRIMARY KEY, identity text NOT NULL, "
                         "draft text NOT NULL, instance text NOT NULL)",
                         names.schema));
    link.run(fmt::format("INSERT INTO {}.tally VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", names.schema),
             {order.tally_id, identity, order.draft, instance});
    const auto stands = link.run(fmt::format("SELECT 1 FROM {}.tally WHERE tally_id = $1 AND draft = $2 AND "
                                             "instance = $3",
                                             names.schema),
                                 {order.tally_id, order.draft, instance});
    if (stands.size() != 1) link.set_fault(Code::provisioning_failed, "the schema was made by another instance");
}

std::string current_database(PostgresLink& link) {
    const auto rows = link.run("SELECT current_database()");
    return rows.size() == 1 ? link.identifier(rows.text(0, 0)) : std::string{};
}

Result<void> make_schema(const PostgresServer& server, const Order& order, const async::Interrupt& interrupt) {
    const auto identity = identity_of(order.draft);
    if (!identity) return fail(identity.error());
    const auto names = names_of(order.instance);
    PostgresLink link{options_of(server), interrupt};
    const auto database = current_database(link);
    begin(link, names);
    write_draft(link, names, order, *identity);
    begin_grants(link);
    make_login(link, names, names.own, order.passwords.own, database);
    make_login(link, names, names.partner, order.passwords.partner, database);
    link.run("COMMIT");
    if (auto fault = link.take_fault()) return fail(std::move(*fault));
    return {};
}

// Who was told late that this is to be removed finds what was made since: the instance and its schema are of a key, and
// so the same again, the tally is another one. A schema without a row is nobody's, since both are made at once.
bool is_of_another(PostgresLink& link, const ObjectNames& names, const std::string& tally_id) {
    const auto table = names.schema + ".tally";
    if (link.run("SELECT 1 WHERE to_regclass($1) IS NOT NULL", {table}).size() == 0) return false;
    return link.run(fmt::format("SELECT 1 FROM {} WHERE tally_id <> $1", table), {tally_id}).size() > 0;
}

Result<void> remove_schema(const PostgresServer& server, const InstanceId& instance, const std::string& tally_id,
                           const async::Interrupt& interrupt) {
    const auto names = names_of(instance);
    PostgresLink link{options_of(server), interrupt};
    const auto database = current_database(link);
    begin(link, names);
    const bool is_late = is_of_another(link, names, tally_id);
    if (auto fault = link.take_fault()) return fail(std::move(*fault)); // what is there is not known
    if (is_late) return {};
    link.run(fmt::format("DROP SCHEMA IF EXISTS {} CASCADE", names.schema));
    begin_grants(link);
    for (const auto& role : {names.own, names.partner}) {
        if (!has_role(link, role)) continue;
        link.run(fmt::format("REVOKE ALL ON DATABASE {} FROM {}", database, role));
        link.run(fmt::format("DROP ROLE {}", role));
    }
    link.run("COMMIT");
    if (auto fault = link.take_fault()) return fail(std::move(*fault));
    return {};
}

} // namespace

Result<std::unique_ptr<PostgresProvisioner>> PostgresProvisioner::make(PostgresServer server) {
    auto url = parts_of(server.url);
    if (!url.is_readable) // what libpq says of it would show a password that is written wrongly
        return fail(Code::malformed, "the server's URL cannot be read: it must be postgresql://USER@HOST[:PORT]/DB, "
                                     "special characters as %XX");
    if (url.has_password)
        return fail(Code::malformed,
                    "the server's URL must not hold a password, which others could see: give it apart");
    const auto told = server.endpoint.empty() ? std::move(url.endpoint) : parse_endpoint(server.endpoint);
    if (!told)
        return fail(Code::malformed,
                    server.endpoint.empty()
                        ? "the server's URL names no host and database that partners could be told: give "
                          "an endpoint, postgres://HOST[:PORT]/DB"
                        : "the endpoint must be postgres://HOST[:PORT]/DB");
    server.endpoint = to_text(*told);
    return std::unique_ptr<PostgresProvisioner>{new PostgresProvisioner{std::move(server), Limits{}}};
}

async::awaitable<Result<Made>> PostgresProvisioner::provision(Order order) {
    const auto shared = std::make_shared<const Order>(std::move(order)); // its secrets are not copied
    return async::run_interruptibly(worker_, [this, shared](const async::Interrupt& interrupt) -> Result<Made> {
        if (auto made = make_schema(server_, *shared, interrupt); !made) return fail(std::move(made.error()));
        auto names = names_of(shared->instance);
        return Made{.access = {server_.endpoint, std::move(names.partner)},
                    .own_login = std::move(names.own),
                    .has_logins = true};
    });
}

async::awaitable<Result<void>> PostgresProvisioner::remove(Order order) {
    return async::run_interruptibly(worker_, [this, instance = order.instance,
                                              tally_id = std::move(order.tally_id)](const async::Interrupt& interrupt) {
        return remove_schema(server_, instance, tally_id, interrupt);
    });
}

} // namespace taleus::provision
