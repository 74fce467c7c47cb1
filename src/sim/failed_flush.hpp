#pragma once
// A failed flush ends the process in the program (base/failed_flush.hpp). In a simulation of many processes it ends the
// simulated one: `simulator` puts a function of its own in the program's place, which stops the thread by these.

#include <boost/asio/io_context.hpp>

#include <exception>

namespace taleus::sim {

// In the world's own thread, where a store is opened.
struct StoppedAtFlush : std::exception {};

// In a store's thread, which stays where it is for ever: who waits for its answer is woken.
class StoppedThread {
public:
    [[noreturn]] static void stop_here();
    // Whose loop waits now; the one thread of the world.
    static void wait_in(boost::asio::io_context& loop);
    static bool take(); // has one stopped since?
};

} // namespace taleus::sim
