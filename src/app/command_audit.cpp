#include "app/commands.hpp"
#include "app/trail_check.hpp"
#include "app/trail_export.hpp"
#include "async/sleep.hpp"
#include "audit/checkpoint.hpp"
#include "library/retention.hpp"
#include "wire/base_text.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <set>

namespace taleus::app {

namespace {

constexpr std::size_t page = 1000; // records read at a time
constexpr std::size_t name_shown_max = 256;
constexpr std::size_t finding_shown_max = 8192; // it names files
constexpr std::chrono::milliseconds look_again{500};

// Where the trails are: this home's store, or a copy of one that needs no home and no key.
struct Place {
    std::string file;
};

Result<std::unique_ptr<store::Database>> open_source(const Place& source, const Invocation& invocation) {
    if (!source.file.empty()) return store::open_to_read(source.file);
    const auto flags = invocation.flags();
    if (!flags) return fail(flags.error());
    const auto home = Home::at(invocation.home);
    const auto config = home.config(*flags);
    if (!config) return fail(config.error());
    if (!config->store_url.empty()) return store::connect_to_read(config->store_url);
    const auto there = is_there(home.store_file());
    if (!there) return fail(there.error());
    if (!*there)
        return fail(Code::internal, fmt::format("{} is no taleus home; name one by --home, or a copy of a store by "
                                                "--store",
                                                home.path().string()));
    return store::open_to_read(home.store_file());
}

Exit with_source(const Place& source, const Invocation& invocation,
                 const std::function<Exit(store::Database&, const Console&)>& command) {
    const Console console{invocation.json};
    auto database = open_source(source, invocation);
    if (database) return command(**database, console);
    console.error(database.error());
    return database.error().code == Code::malformed ? Exit::usage : Exit::failed;
}

// Of a trail that somebody else wrote: what it calls itself may be meant for the terminal of who examines it.
std::string readable_name(std::string_view text) { return readable(text, name_shown_max); }

// The trail of that name; else, of those that have it in their name, the one that their node writes to: its newest.
Result<store::KeptTrail> chosen_trail(store::Database& database, const std::string& named) {
    auto trails = store::kept_trails(database);
    if (auto fault = database.take_fault()) return fail(std::move(*fault));
    if (trails.empty()) return fail(Code::internal, "nothing was recorded yet");
    const auto exact = std::ranges::find(trails, named, &store::KeptTrail::origin);
    if (exact != trails.end() && !named.empty()) return *exact;
    std::erase_if(trails, [&](const auto& one) { return !one.origin.contains(named); });
    if (trails.empty()) return fail(Code::malformed, fmt::format("no trail has a name with {}", escaped(named)));
    const bool is_of_one = std::ranges::all_of(trails, [&](const auto& one) { return one.node == trails[0].node; });
    if (is_of_one) return trails.back();
    return fail(Code::malformed,
                fmt::format("{}; name one by --trail (taleus audit verify lists them)",
                            named.empty()
                                ? "the store has trails of several nodes"
                                : fmt::format("trails of several nodes have {} in their names", escaped(named))));
}

// --- verify

struct VerifyOptions {
    std::vector<std::string> since;
    std::vector<std::string> receipts;
};

boost::json::object json_of(const audit::Finding& finding) {
    return {{"wrong", audit::to_text(finding.wrong)},
            {"first", finding.first},
            {"count", finding.count},
            {"what", finding.what}};
}

boost::json::object json_of(const TrailReport& report) {
    boost::json::array findings;
    for (const auto& finding : report.findings) findings.push_back(json_of(finding));
    return {{"trail", report.origin},         {"records", report.size},      {"root", wire::to_base64(report.root)},
            {"heads", report.heads},          {"evidence", report.evidence}, {"ok", report.findings.empty()},
            {"findings", std::move(findings)}};
}

Exit tell(const StoreReport& report, const Console& console) {
    const bool is_sound = report.missing.empty() && std::ranges::all_of(report.trails, [](const TrailReport& one) {
                              return one.findings.empty();
                          });
    if (console.json()) {
        boost::json::array trails;
        for (const auto& trail : report.trails) trails.push_back(json_of(trail));
        boost::json::array missing;
        for (const auto& one : report.missing) missing.emplace_back(one);
        console.data({{"ok", is_sound}, {"trails", std::move(trails)}, {"missingTrails", std::move(missing)}});
        return is_sound ? Exit::done : Exit::failed;
    }
    for (const auto& trail : report.trails) {
        console.text(fmt::format(
            "{}\n  {} records, {} signed heads{}, root {}: {}", readable_name(trail.origin), trail.size, trail.heads,
            trail.evidence == 0 ? "" : fmt::format(" and {} of others", trail.evidence), wire::to_base64(trail.root),
            trail.findings.empty() ? "as it was signed" : fmt::format("{} found wrong", trail.findings.size())));
        for (const auto& finding : trail.findings) console.text("  " + readable(finding.what, finding_shown_max));
    }
    for (const auto& one : report.missing)
        console.text(fmt::format("missing trail: {}", readable(one, finding_shown_max)));
    if (is_sound && report.trails.empty()) console.note("nothing was recorded yet");
    if (!is_sound)
        console.note("taleus: this store does not hold what was signed\n  keep a copy of it and of the evidence; "
                     "docs/auditing.md says what each finding proves");
    return is_sound ? Exit::done : Exit::failed;
}

Exit verify(store::Database& database, const Console& console, const VerifyOptions& options) {
    Evidence evidence;
    for (const auto& file : options.since)
        if (auto added = add_checkpoint(evidence, file); !added)
            return console.error(added.error(), "a checkpoint is what taleus audit checkpoint prints"), Exit::usage;
    for (const auto& file : options.receipts)
        if (auto added = add_receipts(evidence, file); !added)
            return console.error(added.error(), "a receipt is what taleus tally show --receipt prints"), Exit::usage;
    std::uint64_t told = 0;
    const auto report = check_trails(database, evidence, [&](std::uint64_t done) {
        if (done - told < 100'000) return;
        told = done;
        console.progress(fmt::format("{} records read", done));
    });
    if (told > 0) console.end_progress();
    if (!report) return console.error(report.error()), Exit::failed;
    return tell(*report, console);
}

// --- show

struct ShowOptions {
    std::string trail;
    std::string session;
    std::string token;
    std::string peer;
    std::string since;
    std::string until;
    std::size_t limit = 100;
};

struct Filter {
    std::string token;
    std::string peer;
    std::set<std::string> sessions; // of the peer
    std::string since;              // RFC 3339 in UTC, which sorts as text
    std::string until;

    bool admits(const ShownEvent& event) const {
        if (!token.empty() && !event.token.starts_with(token)) return false;
        if (!since.empty() && event.at < since) return false;
        if (!until.empty() && event.at >= until) return false;
        if (peer.empty() || sessions.contains(event.session)) return true;
        const auto* const named = event.body.if_contains("peer");
        return named != nullptr && named->is_string() && named->get_string() == peer;
    }
};

Result<std::string> time_text(const std::string& text) {
    if (text.empty()) return std::string{};
    const auto time = utc_from_text(text);
    if (!time) return fail(Code::malformed, fmt::format("{} is no time such as 2027-01-31T12:00:00Z", escaped(text)));
    return to_text(*time);
}

Result<Filter> filter_of(store::Database& database, const ShowOptions& options) {
    auto since = time_text(options.since);
    if (!since) return fail(since.error());
    auto until = time_text(options.until);
    if (!until) return fail(until.error());
    Filter filter{options.token, options.peer, {}, std::move(*since), std::move(*until)};
    if (!options.peer.empty()) filter.sessions = store::sessions_with(database, options.peer);
    return filter;
}

std::string words_of(const boost::json::object& body) {
    std::string words;
    for (const auto& [name, value] : body)
        words += fmt::format("{}{}={}", words.empty() ? "" : " ", readable_name(std::string_view{name}),
                             value.is_string() ? readable(value.get_string(), 512)
                                               : readable(boost::json::serialize(value), 4096));
    return words;
}

void print(const std::vector<ShownEvent>& events, const Console& console) {
    if (console.json()) {
        for (const auto& event : events) console.data(json_of(event));
        return;
    }
    for (const auto& event : events)
        console.text(fmt::format("{:>7}  {}  {:18} {:32} {}", event.seq, event.at, readable_name(event.kind),
                                 readable_name(event.session.empty() ? event.token : event.session),
                                 words_of(event.body)));
}

Exit show(store::Database& database, const Console& console, const ShowOptions& options) {
    const auto filter = filter_of(database, options);
    if (!filter) return console.error(filter.error()), Exit::usage;
    std::vector<ShownEvent> found;
    const auto take = [&](const std::vector<store::KeptRecord>& records) -> Result<void> {
        for (const auto& kept : records) {
            auto events = shown(kept);
            if (!events) return fail(events.error());
            for (auto& event : *events)
                if (filter->admits(event)) found.push_back(std::move(event));
        }
        if (found.size() > options.limit)
            found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(options.limit));
        return {};
    };
    if (!options.session.empty()) {
        if (auto taken = take(store::kept_records_of_session(database, options.session)); !taken)
            return console.error(taken.error()), Exit::failed;
    } else {
        const auto trail = chosen_trail(database, options.trail);
        if (!trail) return console.error(trail.error()), Exit::usage;
        const bool is_filtered =
            !options.token.empty() || !options.peer.empty() || !options.since.empty() || !options.until.empty();
        std::uint64_t from = is_filtered || trail->size < options.limit ? 0 : trail->size - options.limit;
        for (auto records = store::kept_records(database, trail->number, from, page); !records.empty();
             records = store::kept_records(database, trail->number, from, page)) {
            if (auto taken = take(records); !taken) return console.error(taken.error()), Exit::failed;
            from = records.back().seq + 1;
        }
    }
    if (auto fault = database.take_fault()) return console.error(*fault), Exit::failed;
    print(found, console);
    if (found.empty() && !console.json()) console.note("no record matches");
    return Exit::done;
}

// --- export, checkpoint

struct ExportOptions {
    std::string format = "jsonl";
    std::string trail;
    std::string out;
};

Exit write_trail(store::Database& database, const Console& console, const ExportOptions& options) {
    const auto trail = chosen_trail(database, options.trail);
    if (!trail) return console.error(trail.error(), "see: taleus audit export --help"), Exit::usage;
    if (options.format == "tiles") {
        const auto written = export_tiles(database, *trail, options.out);
        if (!written) return console.error(written.error()), Exit::failed;
        console.note(fmt::format("{}: {} files written", options.out, *written));
        return Exit::done;
    }
    std::ofstream file;
    if (!options.out.empty()) {
        file.open(options.out, std::ios::binary | std::ios::trunc);
        if (!file) return console.error({Code::internal, fmt::format("cannot write {}", options.out)}), Exit::failed;
    }
    auto& out = options.out.empty() ? std::cout : file;
    const auto done =
        options.format == "csv" ? export_csv(database, *trail, out) : export_json_lines(database, *trail, out);
    out.flush();
    if (!done) return console.error(done.error()), Exit::failed;
    if (!out && !options.out.empty())
        return console.error({Code::internal, fmt::format("cannot write {}", options.out)}), Exit::failed;
    return Exit::done;
}

Exit export_trail(store::Database& database, const Console& console, const ExportOptions& options) {
    if (options.format == "tiles" && options.out.empty())
        return console.error({Code::malformed, "tiles are files: name a directory by --out"}), Exit::usage;
    database.snapshot(); // size, head and records of one moment, though somebody may be writing
    const auto exit = write_trail(database, console, options);
    database.roll_back();
    return exit;
}

// As other tools want it (golang.org/x/mod/sumdb/note), of a trail whose head could be told.
std::string verifier_key(const store::KeptTrail& trail) {
    return audit::verifier_key(trail.origin, audit::node_of_origin(trail.origin).value().public_key().value());
}

Exit checkpoint(store::Database& database, const Console& console, const std::string& named) {
    const auto trail = chosen_trail(database, named);
    if (!trail) return console.error(trail.error(), "see: taleus audit checkpoint --help"), Exit::usage;
    const auto head = store::newest_head(database, trail->number);
    const auto note =
        head ? store::to_note(*trail, *head) : Result<std::string>{fail(Code::internal, "nothing was recorded yet")};
    if (auto fault = database.take_fault()) return console.error(*fault), Exit::failed;
    if (!note) return console.error(note.error()), Exit::failed;
    if (console.json())
        console.data({{"trail", trail->origin},
                      {"records", head->size},
                      {"checkpoint", *note},
                      {"verifierKey", verifier_key(*trail)}});
    else
        std::cout << *note << std::flush;
    return Exit::done;
}

// --- watch

async::awaitable<void> follow(store::Database& database, store::KeptTrail trail, const Console& console,
                              async::Clock& clock, std::optional<Error>& failed, async::Limit& limit) {
    for (auto from = trail.size; !limit.is_stopped();) {
        std::vector<ShownEvent> events;
        for (const auto& kept : store::kept_records(database, trail.number, from, page)) {
            from = kept.seq + 1;
            if (auto told = shown(kept))
                std::ranges::move(*told, std::back_inserter(events));
            else
                console.note(told.error().context);
        }
        failed = database.take_fault();
        if (failed) co_return;
        print(events, console);
        if (!Console::is_told()) co_return;
        auto sleep = async::sleep_until(clock, clock.now() + look_again);
        static_cast<void>(co_await async::within(limit, clock.now() + 2 * look_again, std::move(sleep)));
    }
}

Exit watch(store::Database& database, const Console& console, const std::string& named) {
    const auto trail = chosen_trail(database, named);
    if (!trail) return console.error(trail.error(), "see: taleus audit watch --help"), Exit::usage;
    Engine engine;
    std::optional<Error> failed;
    console.note(
        fmt::format("{}: records from {} on, until you press Ctrl-C", readable_name(trail->origin), trail->size));
    async::Limit* own = nullptr;
    const auto signals = engine.on_signal([&] { own->stop(); });
    own = &engine.tasks().spawn([&](async::Limit& limit) -> async::awaitable<void> {
        return [](auto& db, auto kept, auto& to, auto& loop, auto& fault, auto& mine) -> async::awaitable<void> {
            co_await follow(db, std::move(kept), to, loop.clock(), fault, mine);
            loop.stop();
        }(database, *trail, console, engine, failed, limit);
    });
    engine.run_until_stopped();
    if (failed) return console.error(*failed), Exit::failed;
    return Exit::done;
}

// --- erase

Exit erase(OpenHome& home, const Console& console, const std::string& text) {
    const auto before = utc_from_text(text);
    if (!before)
        return console.error(
                   {Code::malformed, fmt::format("{} is no time such as 2027-01-31T12:00:00Z", escaped(text))}),
               Exit::usage;
    if (const auto erased = home.engine.run(library::erase_older(*home.journal, home.engine.clock(), *before)); !erased)
        return console.error(erased.error(), "run it again; it goes on where it stopped"), Exit::failed;
    if (console.json()) console.data({{"before", to_text(*before)}});
    console.note(fmt::format("what names people is erased from records before {}; the proofs hold", to_text(*before)));
    return Exit::done;
}

} // namespace

void add_audit(CLI::App& root, Invocation& invocation) {
    auto* audit = root.add_subcommand("audit", "check, show and export the audit trail");
    audit->require_subcommand(1);
    auto source = std::make_shared<Place>();
    auto trail = std::make_shared<std::string>();
    const auto add = [&](const char* name, const char* about) {
        auto* command = audit->add_subcommand(name, about);
        command->add_option("--store", source->file, "a copy of a store file, instead of the home's store");
        return command;
    };
    const auto takes_trail = [](CLI::App* command, std::string& to) {
        command->add_option("--trail", to,
                            "another trail of this store, by its name, or by a part of it: the newest of its node");
    };
    const auto runs = [&invocation, source](CLI::App* command, auto action) {
        command->callback([&invocation, source, action] {
            invocation.run = [&invocation, source, action] { return with_source(*source, invocation, action); };
        });
    };

    auto verifying = std::make_shared<VerifyOptions>();
    auto* check = add("verify", "check that the trail is what was signed; says which record is not");
    check->add_option("--since", verifying->since, "files with checkpoints that somebody kept");
    check->add_option("--receipts", verifying->receipts, "files with receipts that partners kept");
    check->footer("Needs no key, no network and no running listener. Exit code 1: something is wrong.\n\n"
                  "Example:\n  taleus audit verify --store copy-of-taleus.db --receipts partners/*.json");
    runs(check, [verifying](store::Database& db, const Console& console) { return verify(db, console, *verifying); });

    auto showing = std::make_shared<ShowOptions>();
    auto* display = add("show", "records: the newest, or those of a session, a token, a peer, a time");
    takes_trail(display, showing->trail);
    display->add_option("--session", showing->session, "of this session");
    display->add_option("--token", showing->token, "of this invitation, by its id or the beginning of it");
    display->add_option("--peer", showing->peer, "of this peer id");
    display->add_option("--since", showing->since, "from this time on (RFC 3339)");
    display->add_option("--until", showing->until, "before this time");
    display->add_option("--limit", showing->limit, "the newest so many of them")->capture_default_str();
    display->footer("Example:\n  taleus audit show --session 5b1e0c… --json");
    runs(display, [showing](store::Database& db, const Console& console) { return show(db, console, *showing); });

    auto exporting = std::make_shared<ExportOptions>();
    auto* writing = add("export", "the whole trail as JSON lines, CSV or tiles");
    takes_trail(writing, exporting->trail);
    writing->add_option("--format", exporting->format, "jsonl, csv, or tiles (C2SP tlog-tiles, a directory)")
        ->capture_default_str()
        ->check(CLI::IsMember({"jsonl", "csv", "tiles"}));
    writing->add_option("--out", exporting->out, "the file or directory to write, instead of standard output");
    writing->footer("Example:\n  taleus audit export --format tiles --out /var/www/trail");
    runs(writing,
         [exporting](store::Database& db, const Console& console) { return export_trail(db, console, *exporting); });

    auto before = std::make_shared<std::string>();
    auto* erasing = audit->add_subcommand("erase", "erase what names people in older records; every proof still holds");
    erasing->add_option("--before", *before, "of records older than this time (RFC 3339)")->required();
    erasing->footer("The setting audit.keep_details does the same all the time.\n\n"
                    "Example:\n  taleus audit erase --before 2026-01-01T00:00:00Z");
    erasing->callback([&invocation, before] {
        invocation.run = [&invocation, before] {
            return with_home(invocation,
                             [&](OpenHome& home, const Console& console) { return erase(home, console, *before); });
        };
    });

    auto* head = add("checkpoint", "the newest signed head, to be kept elsewhere");
    takes_trail(head, *trail);
    head->footer("Whoever keeps it can prove later that nothing before it was changed (audit verify --since).\n\n"
                 "Example:\n  taleus audit checkpoint > /mnt/elsewhere/$(date +%F).checkpoint");
    runs(head, [trail](store::Database& db, const Console& console) { return checkpoint(db, console, *trail); });

    auto* watching = add("watch", "new records as they come, until Ctrl-C");
    takes_trail(watching, *trail);
    watching->footer("Example:\n  taleus audit watch --json");
    runs(watching, [trail](store::Database& db, const Console& console) { return watch(db, console, *trail); });
}

} // namespace taleus::app
