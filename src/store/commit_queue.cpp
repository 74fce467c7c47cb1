#include "store/commit_queue.hpp"

#include <algorithm>
#include <tuple>

namespace taleus::store {

namespace {

constexpr int tries_max = 8;
constexpr std::chrono::milliseconds first_pause{5};
constexpr std::chrono::milliseconds longest_pause{200};

} // namespace

CommitQueue::CommitQueue(std::unique_ptr<Database> database, Limits limits, Seal seal)
    : database_{std::move(database)}, limits_{limits}, seal_{std::move(seal)} {
    if (limits_.has_thread) thread_ = std::jthread{[this] { serve(); }};
}

CommitQueue::~CommitQueue() {
    {
        const std::lock_guard lock{mutex_};
        ending_ = true;
    }
    ready_.notify_all();
    database_->hurry();
    if (thread_.joinable()) thread_.join();
}

bool CommitQueue::submit(std::unique_ptr<Call> call) {
    if (!limits_.has_thread) {
        Batch alone;
        alone.push_back(std::move(call));
        carry_out(alone);
        return true;
    }
    {
        const std::lock_guard lock{mutex_};
        if (waiting_.size() >= limits_.waiting_max) return false;
        call->number = next_number_++;
        waiting_.push_back(std::move(call));
    }
    ready_.notify_one();
    return true;
}

CommitQueue::Batch CommitQueue::take() {
    std::unique_lock lock{mutex_};
    ready_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    Batch batch;
    while (!waiting_.empty() && batch.size() < limits_.batch_max) {
        batch.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    return batch;
}

void CommitQueue::serve() {
    for (auto batch = take(); !batch.empty(); batch = take()) {
        put_in_order(batch);
        carry_out(batch);
    }
}

void CommitQueue::put_in_order(Batch& batch) {
    const auto is_unknown = [](const auto& call) { return !call->locks.is_known(); };
    for (auto from = batch.begin(); from != batch.end();) {
        const auto to = std::find_if(from, batch.end(), is_unknown);
        std::sort(from, to, [](const auto& one, const auto& other) {
            return std::tie(one->locks.token(), one->number) < std::tie(other->locks.token(), other->number);
        });
        from = std::find_if_not(to, batch.end(), is_unknown);
    }
}

void CommitQueue::carry_out(const Batch& batch) {
    const auto began = std::chrono::steady_clock::now();
    calls_ += batch.size();
    const bool is_done = try_commit(batch);
    if (!is_done) commit_apart(batch);
    measure(batch.size(), std::chrono::steady_clock::now() - began);
    if (!is_done) return;
    for (const auto& call : batch) call->answer();
}

void CommitQueue::measure(std::size_t calls, Duration took) {
    const std::lock_guard lock{mutex_};
    measures_.calls.observe(static_cast<double>(calls));
    measures_.durations.observe(took);
}

CommitQueue::Measures CommitQueue::measures() const {
    const std::lock_guard lock{mutex_};
    return measures_;
}

// A row that a sister holds and does not let go costs each try the whole wait for a lock: so each call has one before
// any has another, and all those others are of one measure of time, which begins when each has had its first. From the
// beginning it would be over by then, though the row is free the next moment.
void CommitQueue::commit_apart(Calls calls) {
    auto until = std::chrono::steady_clock::time_point::max();
    const auto may_try = [&until] { return std::chrono::steady_clock::now() < until; };
    std::vector<const std::unique_ptr<Call>*> left;
    for (const auto& call : calls) left.push_back(&call);
    for (int times = 0; !left.empty() && times < tries_max && may_try(); ++times) {
        pause(times);
        for (const auto* call : std::exchange(left, {})) {
            if (may_try() && try_commit({call, 1}))
                (*call)->answer();
            else
                left.push_back(call);
        }
        if (times == 0) until = std::chrono::steady_clock::now() + limits_.patience;
    }
    for (const auto* call : left) {
        (*call)->give_up({Code::dependency_unavailable, "the store has too many writers of the same rows"});
        (*call)->answer();
    }
}

// All or nothing where the transaction itself fails: then every call of the batch has the same error, also those that
// had succeeded before it.
bool CommitQueue::try_commit(Calls calls) {
    database_->begin_calls();
    database_->begin();
    bool is_open = !database_->fault();
    for (auto call = calls.begin(); is_open && call != calls.end(); ++call) is_open = perform(**call);
    if (is_open && seal_) seal_(*database_);
    database_->commit();
    const bool is_conflict = database_->is_conflict();
    const auto fault = database_->take_fault();
    if (is_conflict) ++conflicts_;
    if (is_conflict) return false;
    if (!fault) ++commits_;
    if (fault)
        for (const auto& call : calls) call->give_up(*fault);
    return true;
}

// Full jitter: those who met here are not to meet again.
void CommitQueue::pause(int times) {
    const auto longest = std::min(first_pause * (1 << times), longest_pause);
    const std::chrono::milliseconds length{std::uniform_int_distribution<std::int64_t>{0, longest.count()}(chance_)};
    std::unique_lock lock{mutex_};
    ready_.wait_for(lock, length, [this] { return ending_; });
}

bool CommitQueue::perform(Call& call) {
    database_->post("SAVEPOINT call");
    database_->begin_call();
    const bool keep = call.perform(*database_);
    database_->finish();
    if (database_->is_conflict()) return false;
    auto fault = database_->take_fault();
    if (!database_->in_transaction()) { // a full or failing disk ends the transaction by itself
        database_->set_fault(Code::dependency_unavailable, fault ? fault->context : "the transaction was lost");
        return false;
    }
    if (fault || !keep) {
        database_->post("ROLLBACK TO SAVEPOINT call");
        database_->undo_call();
    }
    database_->post("RELEASE SAVEPOINT call");
    if (fault) call.give_up(std::move(*fault));
    return !database_->fault();
}

} // namespace taleus::store
