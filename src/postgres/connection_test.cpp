#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "postgres/connection.hpp"

namespace taleus::postgres {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A server that takes connections and never says a word.
struct Silent {
    Silent() {
        sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
        socklen_t size = sizeof address;
        auto* raw = reinterpret_cast<sockaddr*>(&address); // NOLINT(*-reinterpret-cast): POSIX
        EXPECT_EQ(::bind(socket, raw, size), 0);
        EXPECT_EQ(::listen(socket, 1), 0);
        EXPECT_EQ(::getsockname(socket, raw, &size), 0);
        port = ntohs(address.sin_port);
    }
    ~Silent() { ::close(socket); }
    Silent(const Silent&) = delete;
    Silent& operator=(const Silent&) = delete;
    Options options() const { return {{"hostaddr", "127.0.0.1"}, {"port", std::to_string(port)}, {"user", "x"}}; }

    int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int port = 0;
};

TEST(PostgresConnectionTest, a_server_that_never_answers_is_left_at_the_deadline) {
    const Silent server;
    const auto made =
        Connection::open(server.options(), Connection::Dbname::is_name, Wait::at_most(std::chrono::milliseconds{1}));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error(), "no answer in time");
}

TEST(PostgresConnectionTest, an_interrupt_ends_a_wait_that_has_no_deadline) {
    const Silent server;
    const int raised = ::eventfd(1, EFD_CLOEXEC);
    const auto made =
        Connection::open(server.options(), Connection::Dbname::is_name, {.until = {}, .interrupt = raised});
    ::close(raised);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error(), "interrupted");
}

TEST(PostgresConnectionTest, what_cannot_be_reached_or_read_is_said_in_one_line) {
    for (const Options& options : {Options{{"hostaddr", "127.0.0.1"}, {"port", "1"}},
                                   Options{{"dbname", "postgres://[::1"}}, Options{{"nonsense", "x"}}}) {
        const auto made = Connection::open(options, Connection::Dbname::may_be_uri, {});
        ASSERT_FALSE(made);
        EXPECT_FALSE(made.error().empty());
        EXPECT_THAT(made.error(), Not(HasSubstr("\n")));
    }
}

} // namespace
} // namespace taleus::postgres
