#include "store/bundle.hpp"

#include "audit/tree.hpp"
#include "wire/base_text.hpp"

#include <algorithm>
#include <span>

namespace taleus::store {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        lines.push_back(line);
        text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
    return lines;
}

std::vector<Digest> digests_of(ByteView bytes) {
    std::vector<Digest> digests(bytes.size() / sizeof(Digest));
    for (std::size_t i = 0; i < digests.size(); ++i)
        std::ranges::copy(bytes.subspan(i * sizeof(Digest), sizeof(Digest)), digests[i].begin());
    return digests;
}

bool fit(std::string_view line, const Digest& leaf) { return audit::leaf_hash(as_bytes(line)) == leaf; }

// Lines made as many as hashes, in the order of both, where either was damaged: the lines and hashes that are in
// between of what fits are paired as they come, and the last hash gets all lines that are left.
std::vector<std::string> aligned(std::span<const std::string_view> lines, std::span<const Digest> leaves) {
    std::size_t front = 0;
    while (front < std::min(lines.size(), leaves.size()) && fit(lines[front], leaves[front])) ++front;
    std::size_t back = 0;
    while (front + back < std::min(lines.size(), leaves.size()) &&
           fit(lines[lines.size() - 1 - back], leaves[leaves.size() - 1 - back]))
        ++back;
    std::vector<std::string> records{lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(front)};
    const auto missed = leaves.size() - front - back;
    for (auto at = front; at < lines.size() - back; ++at) {
        if (records.size() == front + missed && missed > 0)
            records.back().append("\n").append(lines[at]);
        else
            records.emplace_back(lines[at]);
    }
    records.resize(std::max(records.size(), front + missed));
    records.insert(records.end(), lines.end() - static_cast<std::ptrdiff_t>(back), lines.end());
    return records;
}

void add_details(KeptRecord& record, std::string_view line) {
    if (line.empty()) return;
    const auto space = line.find(' ');
    record.salt = wire::from_base64url(line.substr(0, space)).value_or(Bytes{});
    record.details = line.substr(std::min(line.size(), space + 1));
}

} // namespace

void Bundle::add(std::string_view record, const Digest& leaf, const audit::Salt& salt, std::string_view details_of_it) {
    records.append(record).append("\n");
    if (!details_of_it.empty()) {
        if (details.empty()) details.assign(count(), '\n');
        details.append(wire::to_base64url(salt)).append(" ").append(details_of_it).append("\n");
    } else if (!details.empty()) {
        details += '\n';
    }
    leaves.insert(leaves.end(), leaf.begin(), leaf.end());
}

std::vector<KeptRecord> unpack(const Bundle& bundle) {
    const auto lines = lines_of(bundle.records);
    const auto leaves = digests_of(bundle.leaves);
    const auto details = lines_of(bundle.details);
    const bool is_whole = lines.size() == leaves.size() && bundle.leaves.size() % sizeof(Digest) == 0;
    const auto repaired = is_whole ? std::vector<std::string>{} : aligned(lines, leaves);
    std::vector<KeptRecord> records(is_whole ? lines.size() : repaired.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
        records[i].seq = bundle.first + i;
        records[i].bytes = is_whole ? std::string{lines[i]} : repaired[i];
        if (i < leaves.size()) records[i].leaf = leaves[i];
        if (i < details.size()) add_details(records[i], details[i]);
    }
    return records;
}

std::string details_from(const Bundle& bundle, std::uint64_t seq) {
    std::string left;
    bool has_any = false;
    auto at = bundle.first;
    for (const auto line : lines_of(bundle.details)) {
        if (at++ >= seq) {
            left += line;
            has_any = has_any || !line.empty();
        }
        left += '\n';
    }
    return has_any ? left : std::string{};
}

} // namespace taleus::store
