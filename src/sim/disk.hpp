#pragma once
// A machine's disk in memory, as a VFS of SQLite: what was written and not yet flushed is lost, kept or torn by sectors
// when the power is cut, each write by itself, so that a later one may be there and an earlier one not. It fills up and
// returns I/O errors; a process that uses it can die between any two of its operations. All from one seed.
//
// Processes that share a file see each other's locks and shared memory, as on one machine. One call at a time.

#include "base/bytes.hpp"
#include "base/random.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

struct sqlite3_vfs;

namespace taleus::sim {

class Disk {
public:
    class Mount;
    struct File;
    struct Counts { // what happened to writes that were not flushed, and what was refused
        std::uint64_t lost = 0;
        std::uint64_t kept = 0;
        std::uint64_t torn = 0;
        std::uint64_t full = 0;
        std::uint64_t errors = 0;
        std::uint64_t failed_flushes = 0;
        std::uint64_t deaths = 0;      // of a process between two operations
        std::uint64_t copied_back = 0; // logs, by a process that had written before
    };

    explicit Disk(std::uint64_t seed);
    ~Disk();
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;

    // Every mount must be dead: nothing that was not flushed is certain any more.
    void cut_power();
    void put(const std::string& path, Bytes content);    // a file that is there and flushed
    const Bytes& content(const std::string& path) const; // as a process reads it; empty: there is none
    std::vector<std::string> paths() const;
    void fill_up(); // no file can grow until `make_room`
    void make_room() { capacity_ = no_end; }
    const Counts& counts() const { return counts_; }

private:
    friend class Mount;
    static constexpr std::size_t no_end = SIZE_MAX;
    std::size_t used() const;
    void decide_fate(File& file);

    SeededRandom random_;
    std::map<std::string, std::shared_ptr<File>> files_;
    std::map<std::string, std::shared_ptr<File>> ghosts_; // deleted, and the folder not flushed
    std::size_t capacity_ = no_end;
    Counts counts_;
};

// The disk as one process has it. Outlives its connections; the disk outlives it.
class Disk::Mount {
public:
    enum class Use : bool { of_a_process, to_look }; // who looks needs no room
    explicit Mount(Disk& disk, Use use = Use::of_a_process);
    ~Mount(); // dead by then, or without open files
    Mount(const Mount&) = delete;
    Mount& operator=(const Mount&) = delete;

    const std::string& vfs() const { return name_; } // for the options of the store

    // The process is no more: its locks are gone, and nothing that it still tries has an effect.
    void kill();
    bool is_dead() const { return is_dead_; }
    // It dies at the operation after this many that change something.
    void die_after(std::uint64_t operations) { until_death_ = operations; }
    void die_at_flush() { dies_at_flush_ = true; } // the next one: what was written is there, and not flushed
    void fail_writes(unsigned times) { failing_writes_ = times; }
    void fail_reads(unsigned times) { failing_reads_ = times; }
    void fail_flushes(unsigned times) { failing_flushes_ = times; }
    void heal();

private:
    struct Handle;
    struct Calls;      // what SQLite calls
    bool may_change(); // false: it dies here
    bool fails(unsigned& times);
    void leave_memory(Handle& handle);

    Disk& disk_;
    const Use use_;
    std::string name_;
    std::unique_ptr<sqlite3_vfs> vfs_;
    std::vector<Handle*> handles_;
    std::multiset<std::pair<const void*, std::size_t>> shared_; // locks of shared memory, by handle and slot
    bool is_dead_ = false;
    bool has_written_ = false;
    std::optional<std::uint64_t> until_death_;
    bool dies_at_flush_ = false;
    unsigned failing_writes_ = 0;
    unsigned failing_reads_ = 0;
    unsigned failing_flushes_ = 0;
};

} // namespace taleus::sim
