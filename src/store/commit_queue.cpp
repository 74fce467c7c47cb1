#include "store/commit_queue.hpp"

namespace taleus::store {

CommitQueue::CommitQueue(std::unique_ptr<Database> database, Limits limits)
    : database_{std::move(database)}, limits_{limits}, thread_{[this] { serve(); }} {}

CommitQueue::~CommitQueue() {
    {
        const std::lock_guard lock{mutex_};
        ending_ = true;
    }
    ready_.notify_all();
    thread_.join();
}

bool CommitQueue::submit(std::unique_ptr<Call> call) {
    {
        const std::lock_guard lock{mutex_};
        if (waiting_.size() >= limits_.waiting_max) return false;
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
        commit(batch);
        calls_ += batch.size();
        for (auto& call : batch) call->answer();
    }
}

// All or nothing where the transaction itself fails: then every call of the batch has the same error, also those that
// had succeeded before it.
void CommitQueue::commit(Batch& batch) {
    database_->begin();
    bool is_open = !database_->fault();
    for (auto call = batch.begin(); is_open && call != batch.end(); ++call) is_open = perform(**call);
    database_->commit();
    if (auto fault = database_->take_fault()) {
        for (auto& call : batch) call->give_up(*fault);
        return;
    }
    ++commits_;
}

bool CommitQueue::perform(Call& call) {
    database_->run("SAVEPOINT call");
    const bool keep = call.perform(*database_);
    auto fault = database_->take_fault();
    if (!database_->in_transaction()) { // a full or failing disk ends the transaction by itself
        database_->set_fault(Code::dependency_unavailable, fault ? fault->context : "the transaction was lost");
        return false;
    }
    if (fault || !keep) database_->run("ROLLBACK TO call");
    database_->run("RELEASE call");
    if (fault) call.give_up(std::move(*fault));
    return !database_->fault();
}

} // namespace taleus::store
