// A trail of which somebody changed something: bytes say what (a byte, a record left out, doubled, moved, put in, cut
// off), before it is held against its signed head. Whatever it is, it is found; and nothing is where nothing was
// changed.
#include "audit/testing_test.hpp"
#include "base/ensure.hpp"

#include <algorithm>

namespace {

using namespace taleus;
using audit::testing::Written;

constexpr std::uint64_t size = 20;

struct Row {
    std::string bytes;
    std::uint64_t place = 0;
    Digest leaf{};
    bool operator==(const Row&) const = default;
};

const Written& trail() {
    static const Written made{size};
    return made;
}

const Written& another() {
    static const Written made{size, 0};
    return made;
}

std::vector<Row> whole() {
    std::vector<Row> rows;
    for (std::uint64_t seq = 0; seq < size; ++seq) rows.push_back({trail().records[seq], seq, trail().leaves[seq]});
    return rows;
}

void change(std::vector<Row>& rows, std::uint8_t how, std::uint8_t which, std::uint8_t what) {
    const auto at = rows.begin() + which % static_cast<std::ptrdiff_t>(rows.size());
    const auto other = rows.begin() + what % static_cast<std::ptrdiff_t>(rows.size());
    switch (how % 8) {
    case 0:
        if (!at->bytes.empty()) at->bytes[what % at->bytes.size()] ^= static_cast<char>(1 + how / 8);
        break;
    case 1: rows.erase(at); break;
    case 2: rows.insert(at, Row{*other}); break;
    case 3: std::iter_swap(at, other); break;
    case 4: at->leaf[what % sizeof(Digest)] ^= static_cast<std::uint8_t>(1 + how / 8); break;
    case 5: at->bytes = at->bytes.substr(0, what); break;
    case 6: rows.resize(1 + which % rows.size()); break;
    default: // altered, and its hash with it
        at->bytes = another().records[which % size];
        at->leaf = audit::leaf_hash(as_bytes(at->bytes));
        break;
    }
}

std::vector<audit::Finding> findings_of(const std::vector<Row>& rows, std::uint8_t kept) {
    audit::Verifier verifier{{{trail().head(), "its head"}, {Written{7}.head(), "an older one"}}};
    for (const auto& row : rows) {
        const auto place = (kept & 1U) != 0 ? std::optional{row.place} : std::nullopt;
        const auto leaf = (kept & 2U) != 0 ? std::optional{row.leaf} : std::nullopt;
        verifier.take(as_bytes(row.bytes), place, leaf);
    }
    return verifier.finish();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    if (length == 0) return 0;
    auto rows = whole();
    for (std::size_t at = 1; at + 2 < length && at < 31 && !rows.empty(); at += 3)
        change(rows, data[at], data[at + 1], data[at + 2]);
    auto before = whole();
    const auto kept = data[0];
    for (auto* const list : {&before, &rows}) // what is not looked at may be anything
        for (auto& row : *list) {
            if ((kept & 1U) == 0) row.place = 0;
            if ((kept & 2U) == 0) row.leaf = {};
        }
    const auto findings = findings_of(rows, kept);
    ensure(findings.empty() == (rows == before), "what was changed is found, and nothing else");
    for (const auto& finding : findings) ensure(!finding.what.empty(), "a finding is a sentence");
    return 0;
}
