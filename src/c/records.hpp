#pragma once
// Records as C sees them: each C struct is the head of an object that owns what it points to.

#include <taleus/dialer.hpp>
#include <taleus/health.hpp>
#include <taleus/invitation.hpp>
#include <taleus/taleus.h>
#include <taleus/tally.hpp>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace taleus::c {

// Texts, and the array of pointers to them.
class Pointers {
public:
    explicit Pointers(const std::vector<std::string>& texts) {
        for (const auto& text : texts) pointers_.push_back(text.c_str());
    }
    const char* const* data() const { return pointers_.empty() ? nullptr : pointers_.data(); }

private:
    std::vector<const char*> pointers_;
};

// A C struct with the value that it shows. Not copied: it points into itself.
template <class Struct, class Value> struct Record : Struct {
    explicit Record(Value shown) : Struct{}, value{std::move(shown)} { this->size = sizeof(Struct); }
    Record(const Record&) = delete;
    Record& operator=(const Record&) = delete;
    const Value value;
};

struct TextsRecord final : Record<taleus_texts, std::vector<std::string>> {
    explicit TextsRecord(std::vector<std::string> texts);
    const Pointers pointers;
};
struct IssuedRecord final : Record<taleus_issued, Issued> {
    explicit IssuedRecord(Issued issued);
};
struct InvitationRecord final : Record<taleus_invitation, Invitation> {
    explicit InvitationRecord(Invitation invitation);
};
struct TallyRecord final : Record<taleus_tally, Tally> {
    explicit TallyRecord(Tally tally);
    const Pointers cadre;
};
struct LoginRecord final : Record<taleus_login, Login> {
    explicit LoginRecord(Login login);
};
struct CheckRecord final : Record<taleus_check, Check> {
    explicit CheckRecord(Check check);
};
struct CountsRecord final : Record<taleus_counts, Counts> {
    explicit CountsRecord(Counts counts);
};
struct LinkRecord final : Record<taleus_link, Link> {
    explicit LinkRecord(Link link);
    const Pointers pointers;
};
struct JoinResultRecord final : Record<taleus_join_result, JoinResult> {
    explicit JoinResultRecord(JoinResult result);
    const std::unique_ptr<const TallyRecord> made;
};

// A list of records, by pointers, so that its items can grow.
template <class Struct, class Item> struct ListRecord final : Struct {
    template <class Value> explicit ListRecord(std::vector<Value> values) : Struct{} {
        this->size = sizeof(Struct);
        for (auto& value : values) {
            owned.push_back(std::make_unique<const Item>(std::move(value)));
            pointers.push_back(owned.back().get());
        }
        this->count = pointers.size();
        this->items = pointers.empty() ? nullptr : pointers.data();
    }
    std::vector<std::unique_ptr<const Item>> owned;
    std::vector<std::remove_const_t<std::remove_pointer_t<decltype(Struct::items)>>> pointers;
};
using InvitationsRecord = ListRecord<taleus_invitations, InvitationRecord>;
using TalliesRecord = ListRecord<taleus_tallies, TallyRecord>;
using HealthRecord = ListRecord<taleus_health, CheckRecord>;

} // namespace taleus::c
