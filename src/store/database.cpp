#include "store/database.hpp"

#include <fmt/format.h>

namespace taleus::store {

Statement::~Statement() {
    if (!cursor_) return;
    cursor_->reset();
    database_->idle_.try_emplace(sql_, std::move(cursor_));
}

bool Statement::next() { return cursor_ && !database_->fault() && cursor_->next(); }

void Statement::post() {
    if (cursor_ && !database_->fault()) cursor_->post();
}

void Statement::unreadable(int column) {
    database_->set_fault(
        Code::internal,
        fmt::format("the store's column {} holds a value that this program does not know", cursor_->name(column)));
}

Statement Database::prepare(std::string_view sql) {
    if (fault_) return {*this, sql, nullptr};
    if (auto found = idle_.extract(sql)) return {*this, sql, std::move(found.mapped())};
    return {*this, sql, make_cursor(sql)};
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
