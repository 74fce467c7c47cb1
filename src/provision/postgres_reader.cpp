#include "provision/postgres_reader.hpp"

#include "provision/endpoint.hpp"

namespace taleus::provision {
namespace {

using Read = Result<std::optional<std::string>>;

struct Count {
    explicit Count(std::size_t& counted) : counted_{counted} { ++counted_; }
    ~Count() { --counted_; }
    Count(const Count&) = delete;
    Count& operator=(const Count&) = delete;

private:
    std::size_t& counted_;
};

Read read_of(const boost::json::object& answer) {
    if (answer.contains("refused")) return std::nullopt;
    if (const auto* draft = answer.if_contains("draft"); draft != nullptr && draft->is_string())
        return std::optional{std::string{draft->get_string()}};
    const auto* error = answer.if_contains("error");
    const auto* reached = answer.if_contains("reached");
    if (error == nullptr || !error->is_string() || reached == nullptr || !reached->is_bool())
        return fail(Code::dependency_unavailable, "the reading process said nothing that makes sense");
    return fail(reached->get_bool() ? Code::invalid_database : Code::dependency_unavailable,
                std::string{error->get_string()});
}

} // namespace

async::awaitable<Read> PostgresReader::read(wire::DatabaseAccess access, Secret secret, std::string tally_id) {
    if (!parse_endpoint(access.endpoint)) co_return Read{std::nullopt};
    if (access.credentials_ref.contains('\0') || tally_id.contains('\0')) co_return Read{std::nullopt};
    if (under_way_ >= rules_.at_once_max) co_return fail(Code::overloaded, "too many drafts are being read");
    const Count count{under_way_};
    const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(rules_.timeout).count();
    boost::json::object request{{"endpoint", access.endpoint},        {"login", access.credentials_ref},
                                {"secret", as_text(secret.reveal())}, {"tallyId", tally_id},
                                {"onlyPublic", rules_.only_public},   {"tls", rules_.tls},
                                {"rootCert", rules_.root_cert},       {"timeoutMs", timeout}};
    auto asking = child_->ask(std::move(request));
    const auto answer = co_await std::move(asking);
    if (!answer) co_return fail(answer.error());
    co_return read_of(*answer);
}

} // namespace taleus::provision
