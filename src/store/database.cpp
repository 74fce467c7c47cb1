#include "store/database.hpp"

#include <fmt/format.h>

namespace taleus::store {

Statement::~Statement() {
    if (cursor_ == nullptr) return;
    cursor_->reset();
    database_->idle_.insert(std::move(borrowed_)); // unless it was in use twice
}

bool Statement::next() { return cursor_ != nullptr && !database_->fault() && cursor_->next(); }

void Statement::post() {
    if (cursor_ != nullptr && !database_->fault()) cursor_->post();
}

std::int64_t Statement::integer(int column) {
    const auto value = cursor_->integer(column);
    if (!value) unreadable(column);
    return value.value_or(0);
}

void Statement::unreadable(int column) {
    database_->set_fault(
        Code::internal,
        fmt::format("the store's column {} holds a value that this program does not know", cursor_->name(column)));
}

Statement Database::prepare(Sql sql) {
    if (fault_) return {*this, {}};
    if (auto found = idle_.extract(sql.text())) return {*this, std::move(found)};
    auto made = make_cursor(sql.text());
    if (!made) return {*this, {}};
    return {*this, idle_.extract(idle_.emplace(sql.text(), std::move(made)).first)};
}

std::optional<Error> Database::take_fault() { return std::exchange(fault_, std::nullopt); }

void Database::set_fault(Code code, std::string context) {
    if (fault_) return;
    fault_ = Error{code, std::move(context)};
    is_conflict_ = false;
}

void Database::set_conflict(std::string context) {
    if (fault_) return;
    fault_ = Error{Code::dependency_unavailable, std::move(context)};
    is_conflict_ = true;
}

} // namespace taleus::store
