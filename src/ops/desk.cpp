#include "ops/desk.hpp"

#include "base/log.hpp"

#include <utility>

namespace taleus::ops {

namespace {

constexpr Duration time_to_answer = std::chrono::seconds{5};
constexpr Duration time_to_sample = std::chrono::milliseconds{500}; // then what was known before must do

Answer document_or_problem(const Result<boost::json::object>& content, unsigned status = 200) {
    return content ? document(*content, status) : problem(content.error());
}

// The worst of the faults decides the status.
Answer refusal_of(const std::vector<ports::SettingFault>& faults) {
    boost::json::array errors;
    unsigned status = 422;
    for (const auto& fault : faults) {
        errors.push_back(boost::json::object{{"key", fault.key}, {"code", fault.code}, {"detail", fault.detail}});
        if (fault.code == "needs_restart" || fault.code == "fixed") status = 409;
        if (fault.code == "not_written") status = 503;
    }
    return problem(status, faults.front().code, faults.front().detail, {{"errors", std::move(errors)}});
}

} // namespace

template <class T> async::awaitable<Result<T>> Desk::ask(async::Limit& limit, async::awaitable<Result<T>> question) {
    auto answer = co_await async::within(limit, clock_.now() + time_to_answer, std::move(question));
    if (answer) co_return std::move(*answer);
    if (answer.error() == async::Interrupted::stopped) co_return fail(Code::shutting_down, "the node is ending");
    co_return fail(Code::timeout, "the node did not answer in time; see /livez");
}

async::awaitable<Answer> Desk::answer(Question question, async::Limit& limit) {
    return std::visit([&](auto&& one) { return answer(std::forward<decltype(one)>(one), limit); }, std::move(question));
}

async::awaitable<Answer> Desk::answer(AskLive question, async::Limit& /*limit*/) {
    co_return health(control_.live(), question.verbose);
}

async::awaitable<Answer> Desk::answer(AskReady question, async::Limit& /*limit*/) {
    co_return health(control_.ready(), question.verbose);
}

async::awaitable<Answer> Desk::answer(AskStarted question, async::Limit& /*limit*/) {
    co_return health(control_.started(), question.verbose);
}

async::awaitable<Answer> Desk::answer(AskMetrics question, async::Limit& limit) {
    static_cast<void>(co_await async::within(limit, clock_.now() + time_to_sample, control_.sample()));
    co_return text(control_.metrics(question.form), question.form == ports::Control::Exposition::openmetrics
                                                        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                                        : "text/plain; version=0.0.4; charset=utf-8");
}

async::awaitable<Answer> Desk::answer(AskStatus /*question*/, async::Limit& limit) {
    co_return document_or_problem(co_await ask(limit, control_.status()));
}

async::awaitable<Answer> Desk::answer(AskSessions question, async::Limit& limit) {
    co_return document_or_problem(co_await ask(limit, control_.sessions(std::move(question.filter))));
}

async::awaitable<Answer> Desk::answer(AskSession question, async::Limit& limit) {
    const auto found = co_await ask(limit, control_.session(std::move(question.id)));
    if (!found) co_return problem(found.error());
    if (!*found) co_return problem(404, "no_such_session", "no session has such an id");
    co_return document(**found);
}

async::awaitable<Answer> Desk::answer(AskTrail question, async::Limit& limit) {
    const bool is_note = question.path == "checkpoint";
    const auto found = co_await ask(limit, control_.trail_file(std::move(question.path)));
    if (!found) co_return problem(found.error());
    if (!*found) co_return problem(404, "no_such_file", "the trail has no such file now");
    co_return text(to_text(**found), is_note ? "text/plain; charset=utf-8" : "application/octet-stream");
}

async::awaitable<Answer> Desk::answer(AskEvents /*question*/, async::Limit& /*limit*/) {
    co_return problem(503, "overloaded", "as many listen as may; close another one first");
}

async::awaitable<Answer> Desk::answer(AskSettings /*question*/, async::Limit& limit) {
    co_return document_or_problem(co_await ask(limit, control_.settings()));
}

async::awaitable<Answer> Desk::answer(Change question, async::Limit& limit) {
    const auto changed = co_await ask(limit, control_.change(std::move(question.change)));
    if (!changed) co_return problem(changed.error());
    co_return *changed ? document(**changed) : refusal_of(changed->error());
}

async::awaitable<Answer> Desk::answer(Drain /*question*/, async::Limit& limit) {
    co_return document_or_problem(co_await ask(limit, control_.drain("admin")), 202);
}

async::awaitable<Answer> Desk::answer(AskDescription /*question*/, async::Limit& /*limit*/) {
    co_return text(std::string{openapi_document()}, "application/json");
}

} // namespace taleus::ops
