#include "app/trail_check.hpp"

#include "app/home.hpp"
#include "base/ensure.hpp"
#include "store/session_rows.hpp"
#include "wire/base_text.hpp"
#include "wire/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace taleus::app {
namespace {

using audit::Finding;
using audit::Wrong;

constexpr std::size_t evidence_bytes_max = 16 * 1024 * 1024;
constexpr std::size_t page = 1000;       // heads read at a time
constexpr std::size_t bundles_page = 64; // bundles
constexpr std::size_t sessions_known_max = 10'000;

Result<std::string> text_of(const std::filesystem::path& file) {
    const auto bytes = read_file(file, evidence_bytes_max);
    if (!bytes) return fail(bytes.error());
    return std::string{as_text(*bytes)};
}

Result<void> add_receipt(Evidence& evidence, const boost::json::value& value, const std::string& source) {
    const auto* const object = value.if_object();
    const auto* const wrapped = object != nullptr ? object->if_contains("receipt") : nullptr;
    auto receipt = audit::open_receipt(wrapped != nullptr ? *wrapped : value);
    if (!receipt) return fail(receipt.error().code, fmt::format("{}: {}", source, receipt.error().context));
    evidence.heads.push_back({receipt->head, source});
    evidence.receipts.push_back({std::move(*receipt), source});
    return {};
}

// nullopt: its signature does not hold.
std::optional<audit::Checkpoint> signed_head(const store::KeptTrail& trail, const store::KeptHead& kept) {
    const auto node = audit::node_of_origin(trail.origin);
    const auto key = node ? node->public_key() : std::nullopt;
    const auto root = store::digest_of(kept.root);
    if (!key || !root) return std::nullopt;
    audit::Checkpoint head{trail.origin, kept.size, *root};
    return audit::is_signed(head, kept.signature, *key) ? std::optional{std::move(head)} : std::nullopt;
}

// Over its first `size` records, or as many as there are.
audit::Tree beginning_of(store::Database& database, const store::KeptTrail& trail, std::uint64_t size) {
    audit::Tree tree;
    for (std::uint64_t from = 0; from < size;) {
        const auto records =
            store::kept_records(database, trail.number, from, std::min<std::uint64_t>(page, size - from));
        if (records.empty()) break;
        for (const auto& record : records) tree.append(audit::leaf_hash(as_bytes(record.bytes)));
        from = records.back().seq + 1;
    }
    return tree;
}

// The head that a trail's first record says it goes on from.
std::optional<audit::Checkpoint> previous_head(const audit::Record& first) {
    const auto* const previous = first.body.if_contains("previous");
    const auto* const size = first.body.if_contains("size");
    const auto* const root = first.body.if_contains("root");
    if (previous == nullptr || size == nullptr || root == nullptr || !previous->is_string() || !root->is_string())
        return std::nullopt;
    boost::system::error_code failed;
    const auto records = size->to_number<std::uint64_t>(failed);
    const auto bytes = wire::from_base64(std::string_view{root->get_string()});
    const auto digest = bytes ? store::digest_of(*bytes) : std::nullopt;
    if (failed || !digest) return std::nullopt;
    return audit::Checkpoint{std::string{previous->get_string()}, records, *digest};
}

// The same where the trail's oldest head signs it: what was altered there is found by its own check, and proves nothing
// of another trail.
std::optional<audit::Known> known_by(store::Database& database, const store::KeptTrail& trail) {
    const auto records = store::kept_records(database, trail.number, 0, 1);
    if (records.empty()) return std::nullopt;
    const auto first = audit::decode(as_bytes(records.front().bytes));
    auto previous = first ? previous_head(*first) : std::nullopt;
    const auto heads = store::kept_heads(database, trail.number, 0, 1);
    if (!previous || heads.empty()) return std::nullopt;
    const auto head = signed_head(trail, heads.front());
    if (!head || beginning_of(database, trail, head->size).root() != head->root) return std::nullopt;
    return audit::Known{std::move(*previous), fmt::format("the head that {} goes on from", trail.origin)};
}

// One trail, beside whose records the store keeps hashes, details, heads and subtrees. `previous`: heads that other
// trails go on from.
class Check {
public:
    Check(store::Database& database, const store::KeptTrail& trail, const Evidence& evidence,
          const std::vector<audit::Known>& previous)
        : database_{database}, trail_{trail} {
        report_.origin = trail.origin;
        for (const auto& known : evidence.heads)
            if (known.head.origin == trail.origin) heads_.push_back(known);
        for (const auto& held : evidence.receipts)
            if (held.receipt.head.origin == trail.origin) receipts_.push_back(held);
        report_.evidence = heads_.size();
        for (const auto& known : previous)
            if (known.head.origin == trail.origin) heads_.push_back(known);
    }

    TrailReport run(std::uint64_t& done, const std::function<void(std::uint64_t)>& progress) {
        read_heads();
        for (auto& finding : audit::forks(heads_, receipts_)) note(std::move(finding));
        audit::Verifier verifier{heads_};
        std::uint64_t from = 0;
        for (auto bundles = next(from); !bundles.empty(); bundles = next(from)) {
            for (const auto& bundle : bundles) done += take(bundle, verifier);
            from = bundles.back().first + 1;
            progress(done);
        }
        auto found = verifier.finish();
        report_.size = verifier.tree().size();
        report_.root = verifier.tree().root();
        for (auto& finding : found) note(std::move(finding));
        if (report_.findings.empty())
            check_kept(verifier.tree(), verifier.hashes()); // else the records are what is wrong
        std::ranges::sort(report_.findings, {}, [](const Finding& one) { return std::pair{one.first, one.wrong}; });
        return std::move(report_);
    }

private:
    std::vector<store::Bundle> next(std::uint64_t from) {
        return store::kept_bundles(database_, trail_.number, from, bundles_page);
    }
    void note(Finding finding) { report_.findings.push_back(std::move(finding)); }
    void note(Wrong wrong, std::uint64_t seq, std::string what) {
        note({wrong, seq, 1, fmt::format("record {}: {} ({})", seq, audit::to_text(wrong), what)});
    }

    // Each head's signature; those that do not hold tell nothing.
    void read_heads() {
        std::uint64_t from = 0;
        for (;;) {
            const auto heads = store::kept_heads(database_, trail_.number, from, page);
            if (heads.empty()) break;
            for (const auto& kept : heads) {
                ++report_.heads;
                if (auto head = signed_head(trail_, kept))
                    heads_.push_back({std::move(*head), fmt::format("the trail's head of {}", kept.size)});
                else
                    note({Wrong::forged, kept.size, 0,
                          fmt::format("the head of {} records: forged (its signature does not hold)", kept.size)});
            }
            from = heads.back().size + 1;
        }
    }

    // How many it holds. The records' own numbers say where they belong: the row has the number of its first one only.
    std::uint64_t take(const store::Bundle& bundle, audit::Verifier& verifier) {
        const auto records = store::unpack(bundle);
        std::set<std::int64_t> sessions; // that it tells of
        for (const auto& kept : records) {
            const auto bytes = as_bytes(kept.bytes);
            const auto hash = audit::leaf_hash(bytes);
            const auto record = audit::decode(bytes);
            verifier.take(hash, record ? std::optional{record->seq} : std::nullopt, std::nullopt, kept.leaf);
            if (!record || kept.leaf != hash) continue; // the verifier says so
            if (record->seq != kept.seq) misplaced_.push_back(record->seq);
            if (!record->session.empty()) sessions.insert(number_of(record->session));
            check_details(kept, *record);
        }
        sessions.erase(0);
        for (const auto session : sessions) filed_.push_back({session, bundle.first});
        return records.size();
    }

    void check_details(const store::KeptRecord& kept, const audit::Record& record) {
        const bool has_details = !kept.details.empty() || !kept.salt.empty();
        if (!has_details) return; // there are none, or they were erased
        audit::Salt salt{};
        const bool is_salt = kept.salt.size() == salt.size();
        if (is_salt) std::ranges::copy(kept.salt, salt.begin());
        if (!is_salt || !record.details || audit::commitment(salt, kept.details) != *record.details)
            note(Wrong::altered, record.seq, "its details are not those that it commits to");
    }

    // Its row's, or 0 where it has none. The records of a session stand near each other.
    std::int64_t number_of(const std::string& session) {
        if (numbers_.size() == sessions_known_max) numbers_.clear();
        const auto [known, is_new] = numbers_.try_emplace(session);
        if (is_new) known->second = store::number_of_session(database_, session).value_or(0);
        return known->second;
    }

    void check_filed() {
        std::ranges::sort(filed_);
        const auto kept = store::all_filed(database_, trail_.number);
        std::vector<store::Filed> wrong;
        std::ranges::set_difference(filed_, kept, std::back_inserter(wrong));
        for (const auto& one : wrong)
            note(Wrong::altered, one.first, "what is kept with it is not filed under each of its sessions");
        wrong.clear();
        std::ranges::set_difference(kept, filed_, std::back_inserter(wrong));
        for (const auto& one : wrong)
            note(Wrong::altered, one.first, "it is filed under a session that what is kept with it does not tell of");
    }

    // What is derived from the records, for who goes on with the trail and for who asks for tiles.
    void check_kept(const audit::Tree& tree, std::span<const Digest> hashes) {
        for (const auto seq : misplaced_) note(Wrong::altered, seq, "it is kept under another number");
        check_filed();
        if (trail_.size != tree.size() || trail_.edge != tree.edge_bytes())
            note({Wrong::altered, tree.size(), 0,
                  "the trail's own row: altered (its size and edge are not the tree's)"});
        std::vector<std::vector<Digest>> levels; // of roots of whole tiles, each over the one before
        for (auto below = hashes; below.size() >= audit::tile_width; below = levels.back())
            levels.push_back(audit::tile_roots(below));
        std::size_t expected = 0;
        for (const auto& level : levels) expected += level.size();

        const auto kept = store::kept_subtrees(database_, trail_.number);
        if (kept.size() != expected) note({Wrong::missing, 0, 0, "hashes kept of whole tiles: missing"});
        for (const auto& subtree : kept) {
            const auto level = static_cast<std::size_t>(subtree.level - 1);
            if (level < levels.size() && subtree.number < levels[level].size() &&
                store::digest_of(subtree.hash) == levels[level][subtree.number])
                continue;
            std::uint64_t width = audit::tile_width;
            for (std::size_t below = 0; below < level && width <= tree.size(); ++below) width *= audit::tile_width;
            const auto first = subtree.number * width;
            note({Wrong::altered, first, width,
                  fmt::format("the hash kept of records {} to {}: altered", first, first + width - 1)});
        }
    }

    store::Database& database_;
    const store::KeptTrail& trail_;
    std::vector<audit::Known> heads_;
    std::vector<audit::Held> receipts_;
    std::unordered_map<std::string, std::int64_t> numbers_; // of sessions, those of late
    std::vector<std::uint64_t> misplaced_;                  // records whose place says another number
    std::vector<store::Filed> filed_;                       // as the bundles are to be
    TrailReport report_;
};

} // namespace

Result<void> add_checkpoint(Evidence& evidence, const std::filesystem::path& file) {
    const auto text = text_of(file);
    if (!text) return fail(text.error());
    const auto head = audit::open_checkpoint(*text);
    if (!head) return fail(head.error().code, fmt::format("{}: {}", file.string(), head.error().context));
    evidence.heads.push_back({*head, file.string()});
    return {};
}

Result<void> add_receipts(Evidence& evidence, const std::filesystem::path& file) {
    const auto text = text_of(file);
    if (!text) return fail(text.error());
    if (const auto whole = wire::parse_json(as_bytes(*text))) return add_receipt(evidence, *whole, file.string());
    std::string_view rest{*text};
    for (int line = 1; !rest.empty(); ++line) {
        const auto one = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        if (one.empty()) continue;
        const auto source = fmt::format("{} line {}", file.string(), line);
        const auto value = wire::parse_json(as_bytes(one));
        if (!value) return fail(Code::malformed, fmt::format("{} is no JSON", source));
        if (auto added = add_receipt(evidence, *value, source); !added) return added;
    }
    return {};
}

Result<StoreReport> check_trails(store::Database& database, const Evidence& evidence,
                                 const std::function<void(std::uint64_t)>& progress) {
    StoreReport report;
    database.snapshot(); // all of one moment, though somebody may be writing
    const auto trails = store::kept_trails(database);
    std::vector<audit::Known> previous;
    for (const auto& trail : trails)
        if (auto known = known_by(database, trail)) previous.push_back(std::move(*known));
    std::uint64_t done = 0;
    for (const auto& trail : trails)
        report.trails.push_back(Check{database, trail, evidence, previous}.run(done, progress));
    const auto nameless = store::trails_without_row(database);
    database.roll_back();
    if (auto fault = database.take_fault()) return fail(std::move(*fault));
    for (const auto* heads : {&evidence.heads, &std::as_const(previous)})
        for (const auto& known : *heads)
            if (std::ranges::find(trails, known.head.origin, &store::KeptTrail::origin) == trails.end())
                report.missing.push_back(fmt::format("{} is of {}", known.source, known.head.origin));
    for (const auto number : nameless)
        report.missing.push_back(fmt::format("number {}, of which records or heads are kept and no name", number));
    return report;
}

} // namespace taleus::app
