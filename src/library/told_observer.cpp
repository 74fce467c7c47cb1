#include "library/told_observer.hpp"

#include <utility>

namespace taleus::library {
namespace {

// A place among the events that wait, given back whether the event is told or not.
class Place {
public:
    explicit Place(std::shared_ptr<std::atomic<std::size_t>> waiting) : waiting_{std::move(waiting)} {}
    Place(Place&& other) noexcept : waiting_{std::move(other.waiting_)} {}
    Place& operator=(Place&&) = delete;
    ~Place() {
        if (waiting_) --*waiting_;
    }

private:
    std::shared_ptr<std::atomic<std::size_t>> waiting_;
};

} // namespace

template <class Tell> void ToldObserver::post(Tell tell) {
    if (*waiting_ >= waiting_max_) {
        ++dropped_;
        return;
    }
    ++*waiting_;
    callbacks_.post([hook = hook_, place = Place{waiting_}, tell = std::move(tell)] { tell(*hook); });
}

void ToldObserver::moved(const session::Move& move) {
    first_.moved(move);
    if (!hook_) return;
    post([what = Transition{.session = std::string{move.session_id},
                            .side = move.side,
                            .from = move.from,
                            .to = move.to,
                            .cause = std::string{move.cause},
                            .spent = move.spent}](taleus::Observer& hook) { hook.transition(what); });
}

void ToldObserver::ended(const session::Ending& ending) {
    first_.ended(ending);
    if (!hook_) return;
    post([what = taleus::Ending{.session = std::string{ending.session_id},
                                .side = ending.side,
                                .role = ending.role,
                                .outcome = ending.outcome,
                                .code = ending.code,
                                .lasted = ending.lasted}](taleus::Observer& hook) { hook.ended(what); });
}

void ToldObserver::turned_away(Code why) {
    first_.turned_away(why);
    if (!hook_) return;
    post([why](taleus::Observer& hook) { hook.turned_away(why); });
}

} // namespace taleus::library
