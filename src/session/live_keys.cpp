#include "session/live_keys.hpp"

#include "session/refusals.hpp"

#include <new>
#include <utility>

namespace taleus::session {

void LiveKeys::Entry::wake(const std::optional<Answer>& with) {
    for (auto* shot : std::exchange(waiting, {})) {
        try {
            shot->set(with);
        } catch (const std::bad_alloc&) {
            shot->set(std::nullopt); // it enters again
        }
    }
}

LiveKeys::Lead::~Lead() {
    if (keys_ == nullptr) return;
    try {
        if (!entry_->answer) answer(refusal_of(Code::internal)); // it went without a word: it has failed
    } catch (const std::bad_alloc&) {
        entry_->answer.reset(); // those who joined it try for themselves
    }
    keys_->entries_.erase(key_);
    entry_->is_gone = true;
    entry_->wake(std::nullopt);
}

void LiveKeys::Lead::answer(Answer answer) {
    if (entry_->answer) return;
    entry_->answer = std::move(answer);
    if (std::holds_alternative<DecidedAnswer>(*entry_->answer)) keys_->remember_decided(key_);
    entry_->wake(entry_->answer);
}

async::awaitable<std::optional<Answer>> LiveKeys::Joiner::answer() {
    if (entry_->is_gone) co_return std::nullopt;
    if (entry_->answer && std::holds_alternative<DecidedAnswer>(*entry_->answer)) co_return *entry_->answer;
    struct Queued { // also left when the wait is interrupted
        Entry& entry;
        Shot shot;
        std::list<Shot*>::iterator at;
        Queued(Entry& in, async::Executor executor)
            : entry{in}, shot{executor}, at{in.waiting.insert(in.waiting.end(), &shot)} {}
        ~Queued() {
            if (!shot.is_set()) std::erase(entry.waiting, &shot);
        }
    } queued{*entry_, co_await async::asio::this_coro::executor};
    co_return co_await queued.shot.wait();
}

std::variant<LiveKeys::TooMany, LiveKeys::Lead, LiveKeys::Joiner> LiveKeys::enter(const BootstrapKey& key,
                                                                                  std::size_t joiners_max) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) { // an entry that is whole, or none: one without content would keep its key for ever
        auto entry = std::make_shared<Entry>();
        entries_.emplace(key, entry);
        return Lead{*this, key, std::move(entry)};
    }
    const auto& entry = found->second;
    if (entry->waiting.size() >= joiners_max) return TooMany{};
    return Joiner{entry};
}

} // namespace taleus::session
