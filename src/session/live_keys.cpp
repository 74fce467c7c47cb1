#include "session/live_keys.hpp"

#include "session/refusals.hpp"

namespace taleus::session {

void LiveKeys::Entry::wake(const std::optional<Answer>& with) {
    for (auto* shot : waiting) shot->set(with);
    waiting.clear();
}

LiveKeys::Lead::~Lead() {
    if (keys_ == nullptr) return;
    if (!entry_->answer) answer(refusal_of(Code::internal)); // it went without a word: it has failed
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
    const auto [found, is_new] = entries_.try_emplace(key);
    auto& entry = found->second;
    if (is_new) {
        entry = std::make_shared<Entry>();
        return Lead{*this, key, entry};
    }
    if (entry->waiting.size() >= joiners_max) return TooMany{};
    return Joiner{entry};
}

} // namespace taleus::session
