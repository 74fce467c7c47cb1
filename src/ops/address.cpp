#include "ops/address.hpp"

#include "base/log.hpp"
#include "base/no_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

namespace taleus::ops {

namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr int backlog = 64;

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); } // NOLINT(*-reinterpret-cast)
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }                   // NOLINT(*-reinterpret-cast)
    bool is_unix() const { return storage.ss_family == AF_UNIX; }
};

std::string why() { return std::strerror(errno); } // NOLINT(concurrency-mt-unsafe): an error is told once

Result<Address> read_unix(std::string_view path) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof at.sun_path)
        return fail(Code::malformed, fmt::format("admin.listen: the path of a Unix socket has 1 to {} bytes, {} has {}",
                                                 sizeof at.sun_path - 1, escaped(path), path.size()));
    if (!path.starts_with('/'))
        return fail(Code::malformed,
                    fmt::format("admin.listen: the path of a Unix socket begins with /, so that commands find it from "
                                "everywhere, which {} does not",
                                escaped(path)));
    std::memcpy(at.sun_path, path.data(), path.size());
    Address address;
    std::memcpy(&address.storage, &at, sizeof at);
    address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
    return address;
}

// Those addresses alone that are taken as a Host too (ops/request.cpp): at 127.0.0.2 every request would be foreign.
std::optional<Address> read_loopback(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto port_text = text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
    if (error != std::errc{} || end != port_text.data() + port_text.size()) return std::nullopt;
    const auto host = text.substr(0, colon);
    Address address;
    if (host == "[::1]") {
        sockaddr_in6 at{};
        at.sin6_family = AF_INET6;
        at.sin6_addr = in6addr_loopback;
        at.sin6_port = htons(port);
        std::memcpy(&address.storage, &at, sizeof at);
        address.size = sizeof at;
        return address;
    }
    if (host != "127.0.0.1" && host != "localhost") return std::nullopt;
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(port);
    std::memcpy(&address.storage, &at, sizeof at);
    address.size = sizeof at;
    return address;
}

Result<Address> read(std::string_view text) {
    if (text.starts_with(unix_prefix)) return read_unix(text.substr(unix_prefix.size()));
    if (auto address = read_loopback(text)) return *address;
    return fail(Code::malformed,
                fmt::format("admin.listen must be a loopback address (127.0.0.1:PORT, localhost:PORT or [::1]:PORT), "
                            "unix:PATH, or \"\" for none, not {}",
                            escaped(text)));
}

int open_socket(const Address& address) { return ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0); }

// What a listener left behind that was killed: a name that nobody answers at.
void remove_stale(const Address& address, const std::string& path) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return;
    const int probe = open_socket(address);
    if (probe < 0) return;
    if (::connect(probe, address.get(), address.size) != 0 && errno == ECONNREFUSED) ::unlink(path.c_str());
    ::close(probe);
}

bool bind_to(int socket, const Address& address) {
    if (!address.is_unix()) {
        const int yes = 1;
        ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        return ::bind(socket, address.get(), address.size) == 0;
    }
    const auto before = ::umask(0177); // whoever may open the socket may ask, with the token
    const bool bound = ::bind(socket, address.get(), address.size) == 0;
    ::umask(before);
    return bound;
}

} // namespace

Result<void> check_address(std::string_view address) {
    if (address.empty()) return {};
    if (const auto read_address = read(address); !read_address) return fail(read_address.error());
    return {};
}

Result<int> listen_at(std::string_view text) {
    const auto address = read(text);
    if (!address) return fail(address.error());
    if (address->is_unix()) remove_stale(*address, std::string{text.substr(unix_prefix.size())});
    const int socket = open_socket(*address);
    if (socket >= 0 && bind_to(socket, *address) && ::listen(socket, backlog) == 0) return socket;
    auto failed =
        fail(code_of_no_socket(errno), fmt::format("the admin interface cannot listen on {}: {}", text, why()));
    if (socket >= 0) ::close(socket);
    return failed;
}

Result<int> connect_to(std::string_view text) {
    const auto address = read(text);
    if (!address) return fail(address.error());
    const int socket = open_socket(*address);
    if (socket >= 0 && ::connect(socket, address->get(), address->size) == 0) return socket;
    auto failed = fail(Code::unreachable, fmt::format("nobody answers at {}: {}", text, why()));
    if (socket >= 0) ::close(socket);
    return failed;
}

std::string address_of(int listening) {
    Address address;
    address.size = sizeof address.storage;
    if (::getsockname(listening, address.get(), &address.size) != 0) return {};
    if (address.storage.ss_family == AF_INET6) {
        sockaddr_in6 at{};
        std::memcpy(&at, &address.storage, sizeof at);
        return fmt::format("[::1]:{}", ntohs(at.sin6_port));
    }
    if (address.storage.ss_family == AF_INET) {
        sockaddr_in at{};
        std::memcpy(&at, &address.storage, sizeof at);
        std::array<char, INET_ADDRSTRLEN> text{};
        ::inet_ntop(AF_INET, &at.sin_addr, text.data(), text.size());
        return fmt::format("{}:{}", text.data(), ntohs(at.sin_port));
    }
    sockaddr_un at{};
    std::memcpy(&at, &address.storage, sizeof at);
    return fmt::format("{}{}", unix_prefix, at.sun_path);
}

} // namespace taleus::ops
