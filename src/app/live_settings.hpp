#pragma once
// The settings of a listener that runs, or of the next one, and how they change: a proposal is judged whole, and taken
// whole or not at all. One thread, the home's engine.

#include "app/config.hpp"
#include "app/home.hpp"
#include "async/awaitable.hpp"
#include "ports/control.hpp"
#include "ports/journal.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace taleus::app {

class LiveSettings {
public:
    // `now`: what the home was opened with, by `flags`. What is given outlives it.
    LiveSettings(const Home& home, const Flags& flags, Settings& now) : home_{home}, flags_{flags}, now_{now} {}

    struct Changed {
        std::string key;
        std::string from;
        std::string to;
    };
    struct Proposal {
        Settings next;
        std::vector<Changed> changes;           // of what holds, and of what holds already and is new in the file
        std::optional<std::string> file;        // what is to be written
        std::optional<std::string> file_before; // what it replaces, where there is a file
    };
    using Judged = std::expected<Proposal, std::vector<ports::SettingFault>>;

    Judged from_file() const; // read again
    // Where no listener runs, what needs a restart may be changed as well.
    enum class When : bool { running, stopped };
    Judged with(const ports::SettingChange& change, When when = When::running) const;
    // Writes the file, if that is asked for, and then the audit trail: who asked, `by`, and what changes. The file is
    // put back where the trail cannot be written; not_written where either cannot.
    async::awaitable<std::expected<void, std::vector<ports::SettingFault>>>
    keep(const Proposal& proposal, std::string by, bool persist, ports::Journal& journal, UtcTime now) const;
    void take(Proposal proposal) { now_ = std::move(proposal.next); }

private:
    std::optional<ports::SettingFault> fault_of(std::string_view name, const Key* key) const;
    std::expected<void, std::vector<ports::SettingFault>> write(const Proposal& proposal) const;
    Result<void> restore(const Proposal& proposal) const; // the file as it was before `write`

    const Home& home_;
    const Flags& flags_;
    Settings& now_;
};

// The document of /v1/config and of `config get --json`: {"settings":[{"key","value","source",…}]}.
boost::json::object json_of(const Settings& settings);
// Without what a URL has before its @, and without passwords among its parameters.
std::string without_password(std::string text);

} // namespace taleus::app
