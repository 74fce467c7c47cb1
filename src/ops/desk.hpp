#pragma once
// Answers what is understood: asks the node, within a limit, since its event loops may stand still. The admin
// interface's own thread.

#include "async/clock.hpp"
#include "async/limit.hpp"
#include "ops/answer.hpp"
#include "ops/request.hpp"
#include "ports/control.hpp"

namespace taleus::ops {

class Desk {
public:
    // What is given outlives it.
    Desk(ports::Control& control, async::Clock& clock) : control_{control}, clock_{clock} {}

    // Everything but AskEvents, which is no single answer.
    async::awaitable<Answer> answer(Question question, async::Limit& limit);

private:
    async::awaitable<Answer> answer(AskLive question, async::Limit& limit);
    async::awaitable<Answer> answer(AskReady question, async::Limit& limit);
    async::awaitable<Answer> answer(AskStarted question, async::Limit& limit);
    async::awaitable<Answer> answer(AskMetrics question, async::Limit& limit);
    async::awaitable<Answer> answer(AskStatus question, async::Limit& limit);
    async::awaitable<Answer> answer(AskSessions question, async::Limit& limit);
    async::awaitable<Answer> answer(AskSession question, async::Limit& limit);
    async::awaitable<Answer> answer(AskTrail question, async::Limit& limit);
    async::awaitable<Answer> answer(AskEvents question, async::Limit& limit);
    async::awaitable<Answer> answer(AskSettings question, async::Limit& limit);
    async::awaitable<Answer> answer(Change question, async::Limit& limit);
    async::awaitable<Answer> answer(Drain question, async::Limit& limit);
    async::awaitable<Answer> answer(AskDescription question, async::Limit& limit);
    template <class T> async::awaitable<Result<T>> ask(async::Limit& limit, async::awaitable<Result<T>> question);

    ports::Control& control_;
    async::Clock& clock_;
};

// docs/openapi.json, as it is served.
std::string_view openapi_document();

} // namespace taleus::ops
