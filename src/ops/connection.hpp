#pragma once
// One connection to the admin interface: reads requests one after another, bounded in size and time, and answers each.
// Owned by the server's task; one thread.

#include "async/clock.hpp"
#include "async/limit.hpp"
#include "base/digest.hpp"
#include "ops/desk.hpp"
#include "ops/events.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_static_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <memory>

namespace taleus::ops {

class Connection {
public:
    using Socket = async::asio::basic_stream_socket<async::asio::generic::stream_protocol, async::Executor>;
    struct World {
        async::Clock& clock;
        Desk& desk;
        Events& events;
        const Digest& token;
    };

    Connection(Socket socket, World world);

    async::awaitable<void> serve(async::Limit& limit);
    void close(); // at once
    void end();   // after the answer under way
    // Since when it waits for a request to be whole; nothing while it answers one.
    std::optional<Instant> idle_since() const { return idle_since_; }
    // Its descriptor, for whoever takes it over; nothing is read or written any more.
    int release();

private:
    using Stream = boost::beast::basic_stream<async::asio::generic::stream_protocol, async::Executor>;
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

    enum class Parts : bool { all, head }; // of an answer: to HEAD the body is left out

    async::awaitable<bool> serve_one(async::Limit& limit); // false: it was the last one
    async::awaitable<boost::system::error_code> read(Parser& parser);
    async::awaitable<bool> write(const Answer& answer, Parts parts, bool keep);
    async::awaitable<bool> write_text(std::string text);
    async::awaitable<void> stream_events(const std::shared_ptr<Events::Listener>& listener, Parts parts,
                                         async::Limit& limit);
    void watch_for_end(const std::weak_ptr<Events::Listener>& of);

    Stream stream_;
    World world_;
    boost::beast::flat_static_buffer<head_bytes_max + 4096> buffer_;
    std::array<char, 512> ignored_; // what listeners of events send
    std::optional<Instant> idle_since_;
    bool ending_ = false;
};

} // namespace taleus::ops
