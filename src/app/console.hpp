#pragma once
// What a command says and to whom: data on stdout, everything for people on stderr; colour and live lines only on a
// terminal and not under NO_COLOR. A stderr that nobody reads is no failure; a stdout that cannot be written is, see
// `is_told`. One thread.

#include "base/result.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace taleus::app {

// Exit codes of every command (docs/commands.md).
enum class Exit : int {
    done = 0,
    failed = 1,
    usage = 2,
    refused = 3,
    unreachable = 4,
    timed_out = 5,
    nonsense = 6,
    interrupted = 130,
};

// What to do where the machine refuses a thread or memory.
inline constexpr std::string_view more_of_the_machine =
    "give the process more memory or threads (ulimit -a; MemoryMax and TasksMax of its unit)";

class Console {
public:
    explicit Console(bool json);

    bool json() const { return json_; }
    bool live() const { return live_; }     // may redraw a line on stderr
    bool colour() const { return colour_; } // on stderr

    void data(const boost::json::object& line) const; // one JSON document on stdout, one line
    void text(std::string_view line) const;           // one line on stdout
    void note(std::string_view line) const;           // one line on stderr
    void progress(std::string_view line) const;       // replaces the last progress line on a terminal, else a note
    void end_progress() const;
    // "taleus: WHAT" and, indented, what to do next; with --json also {"error":{…}} on stdout.
    void error(const Error& error, std::string_view next = {}) const;
    std::string bold(std::string_view text) const;
    // False when something for stdout was lost: a full disk, or a reader that has gone.
    static bool is_told();

private:
    bool json_;
    bool live_;
    bool colour_;
    bool colour_out_;
};

} // namespace taleus::app
