#include "store/postgres_url.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace taleus::store {
namespace {

struct Free {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
    void operator()(char* text) const { PQfreemem(text); }
};

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    for (std::size_t from = 0; from <= list.size();) {
        const auto to = std::min(list.find(',', from), list.size());
        parts.emplace_back(list.substr(from, to - from));
        from = to + 1;
    }
    return parts;
}

} // namespace

Result<std::vector<PostgresHost>> postgres_hosts(const std::string& url) {
    constexpr auto form =
        "store.url is no address of a PostgreSQL store: postgres://USER@HOST[:PORT][,HOST...]/DATABASE";
    if (!url.starts_with("postgres://") && !url.starts_with("postgresql://")) return fail(Code::malformed, form);
    const std::unique_ptr<PQconninfoOption, Free> read{PQconninfoParse(url.c_str(), nullptr)};
    if (!read) return fail(Code::malformed, form);
    PostgresHost common{{"target_session_attrs", "read-write"},
                        {"client_encoding", "UTF8"},
                        {"application_name", "taleus"},
                        // A reader may be idle for hours, and what is between forgets a connection that says nothing.
                        {"keepalives_idle", "30"},
                        {"keepalives_interval", "10"},
                        {"keepalives_count", "3"}};
    for (const auto* option = read.get(); option->keyword != nullptr; ++option) // NOLINT: libpq's array
        if (option->val != nullptr) common[option->keyword] = option->val;

    // libpq would try them one after another without a limit of time for each.
    const auto names = split(common["host"]);
    const auto numbers = split(common["hostaddr"]);
    const auto ports = split(common["port"]);
    const auto count = std::max(names.size(), numbers.size());
    const auto fits = [&](const std::vector<std::string>& list) { return list.size() == 1 || list.size() == count; };
    if (!fits(names) || !fits(numbers) || !fits(ports)) return fail(Code::malformed, form);
    const auto place = [](PostgresHost& host, const char* keyword, const std::vector<std::string>& list,
                          std::size_t at) {
        const auto& value = list.size() == 1 ? list.front() : list[at];
        value.empty() ? void(host.erase(keyword)) : void(host[keyword] = value);
    };
    std::vector<PostgresHost> hosts;
    for (std::size_t at = 0; at < count; ++at) {
        auto& host = hosts.emplace_back(common);
        place(host, "host", names, at);
        place(host, "hostaddr", numbers, at);
        place(host, "port", ports, at);
    }
    return hosts;
}

} // namespace taleus::store
