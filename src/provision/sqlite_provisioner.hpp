#pragma once
// Tally databases as SQLite files in one directory of the home: the default, without any set-up. Files are made on
// bounded threads of its own; results come back to the shard that asked. The composition root owns it and destroys it
// when the event loops that ask have ended but their io_contexts are still there (declare it after them).

#include "async/worker.hpp"
#include "ports/provisioner.hpp"

#include <cstddef>
#include <filesystem>
#include <utility>

namespace taleus::provision {

class SqliteProvisioner final : public ports::Provisioner {
public:
    struct Limits {
        std::size_t waiting_max = 1024;
        std::size_t threads = 2; // a file waits for the disk, not for the processor
    };
    explicit SqliteProvisioner(std::filesystem::path directory) : SqliteProvisioner{std::move(directory), Limits{}} {}
    SqliteProvisioner(std::filesystem::path directory, Limits limits)
        : directory_{std::move(directory)}, worker_{limits.waiting_max, limits.threads} {}

    // The endpoint `taleus-sqlite:TALLYID` says what kind it is and discloses no path.
    async::awaitable<Result<ports::MadeDatabase>> provision(ports::Intent intent, ports::Call call) override;
    async::awaitable<Result<void>> remove(ports::Intent intent, ports::Call call) override;

private:
    const std::filesystem::path directory_;
    async::Worker worker_;
};

} // namespace taleus::provision
