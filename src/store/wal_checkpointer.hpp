#pragma once
// Copies SQLite's write-ahead log back into its database beside the one who writes: in a thread, over a connection of
// its own. Done by the writer, as SQLite does it, it holds up a commit, and all that wait behind it, for as long as
// thousands of pages take to reach the disk.
//
// A log begins anew only when all of it is copied, which no other reaches while commits go on. So once it is long, the
// writer itself copies what is left: the little that came during the thread's latest pass. Where the thread cannot keep
// up the writer waits for it, and the log stays bounded.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace taleus::store {

class WalCheckpointer {
public:
    struct Limits {           // in pages of the log
        int pass = 4'000;     // since the latest pass: the next one is due
        int restart = 12'000; // it is to begin anew
        int most = 24'000;    // beyond, no commit goes on before the writer has tried to copy it all
    };
    // Copies what it can; how many pages are left. nullopt: nothing could be done. Called in the thread.
    using Pass = std::move_only_function<std::optional<int>()>;

    WalCheckpointer(const Limits& limits, Pass pass);
    ~WalCheckpointer(); // waits for the pass that is under way
    WalCheckpointer(const WalCheckpointer&) = delete;
    WalCheckpointer& operator=(const WalCheckpointer&) = delete;

    // The writer says after each commit how long the log is. True: it copies what is left itself, now. One thread.
    bool committed(int pages);

private:
    void serve();

    const Limits limits_;
    Pass pass_;
    std::mutex mutex_; // of what follows
    std::condition_variable changed_;
    int pages_ = 0; // of the log, at the latest commit
    int due_ = limits_.pass;
    bool is_wanted_ = false; // a pass, until it is over
    bool has_little_left_ = false;
    bool is_ending_ = false;
    std::jthread thread_; // last: it uses what is above
};

} // namespace taleus::store
