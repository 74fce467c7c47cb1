#include "bench/baselines.hpp"

#include "protocol/draft.hpp"
#include "protocol/identity.hpp"
#include "session/message_reader.hpp"
#include "session/refusals.hpp"
#include "session/session_id.hpp"
#include "wire/json.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace taleus::bench {

namespace {

constexpr Duration step = std::chrono::seconds{5};

async::awaitable<void> refuse(std::unique_ptr<ports::Stream> stream, Code code) {
    auto writing = stream->finish(to_bytes(wire::to_json(session::refusal_of(code), wire::RefusalForm::result)));
    static_cast<void>(co_await std::move(writing));
}

} // namespace

async::awaitable<void> bootstrap(sim::Node& node, ports::IdentityHook& identity, std::unique_ptr<ports::Stream> stream,
                                 async::Limit& limit) {
    const auto& clock = node.process().clock;
    auto reading = session::read_message(*stream, wire::message_bytes_default);
    auto read = co_await async::within(limit, clock.now() + step, std::move(reading));
    if (!read || !std::holds_alternative<Bytes>(*read)) co_return;
    auto message = wire::parse_inbound(std::get<Bytes>(*read));
    const auto* contact = message ? std::get_if<wire::Contact>(&*message) : nullptr;
    if (contact == nullptr) co_return co_await refuse(std::move(stream), Code::malformed);

    ports::Session row;
    row.id = session::new_session_id(node.random());
    row.token = protocol::hash_of_token(contact->token);
    row.peer = stream->peer();
    row.party_id = contact->party_id;
    row.key = protocol::bootstrap_key(row.token, row.peer, row.party_id);
    row.opened = clock.utc();
    auto asked = node.journal().look_up(row.token, row.key, row.peer);
    const auto looked = co_await std::move(asked);
    const auto* found = looked ? std::get_if<ports::TokenFound>(&*looked) : nullptr;
    if (found == nullptr) co_return co_await refuse(std::move(stream), Code::invalid_token); // a retry, too
    if (const auto code = protocol::judge(found->invitation, found->usage, clock.utc()))
        co_return co_await refuse(std::move(stream), *code);

    if (found->invitation.requirement == protocol::Requirement::external) {
        auto judging = identity.judge(*contact, row.peer, {row.key, clock.now() + std::chrono::seconds{5}});
        const auto judged = co_await std::move(judging);
        if (!judged || *judged) co_return co_await refuse(std::move(stream), Code::invalid_identity);
    }
    auto draft = protocol::make_draft({node.settings.party_id, row.party_id}, clock.utc(), node.random(), node.key());
    if (!draft) co_return co_await refuse(std::move(stream), Code::internal);
    const ports::Intent intent{
        protocol::instance_of(row.key, "listener"), draft->tally_id, boost::json::serialize(draft->json), {}};
    row.state = protocol::StateName::provisioning_database;
    auto opening = node.journal().open_session(row, intent, clock.utc(), {});
    const auto opened = co_await std::move(opening);
    if (!opened || !*opened) co_return co_await refuse(std::move(stream), Code::invalid_token);
    row.epoch = (*opened)->epoch;
    auto making = node.provisioner().provision(intent, {row.key, clock.now() + std::chrono::seconds{5}});
    const auto made = co_await std::move(making);
    if (!made) co_return co_await refuse(std::move(stream), Code::provisioning_failed);

    const wire::Tally tally{intent.tally_id, "stock"};
    row.tally_id = tally.tally_id;
    row.state = protocol::StateName::done;
    row.response = wire::to_json(
        wire::Approved{.party_id = node.settings.party_id,
                       .cadre = node.settings.cadre,
                       .provisioned = wire::Provisioned{tally, made->access, *wire::parse_json(as_bytes(intent.draft)),
                                                        std::nullopt, std::nullopt},
                       .session_id = row.id,
                       .expires_in = std::nullopt,
                       .receipt = std::nullopt});
    ports::TallyRecord record;
    record.tally_id = tally.tally_id;
    record.session_id = row.id;
    record.key = row.key;
    record.token = row.token;
    record.peer = row.peer;
    record.own_party = node.settings.party_id;
    record.partner_party = row.party_id;
    record.tally = tally;
    record.database = made->access;
    record.draft = intent.draft;
    record.recorded = clock.utc();
    auto recording =
        node.journal().record_tally(row, protocol::StateName::provisioning_database, std::move(record), {});
    const auto recorded = co_await std::move(recording);
    if (!recorded || !*recorded) co_return co_await refuse(std::move(stream), Code::internal);
    auto writing = stream->finish(to_bytes(row.response));
    static_cast<void>(co_await std::move(writing));
}

SequentialHandler::~SequentialHandler() { tasks_.stop(); }
ConcurrentHandler::~ConcurrentHandler() { tasks_.stop(); }

void SequentialHandler::on_stream(std::unique_ptr<ports::Stream> stream) {
    line_.push_back(std::move(stream));
    if (tasks_.size() == 0) tasks_.spawn([this](async::Limit& limit) { return serve(limit); });
}

async::awaitable<void> SequentialHandler::serve(async::Limit& limit) {
    while (!line_.empty()) {
        auto stream = std::move(line_.front());
        line_.pop_front();
        auto work = bootstrap(node_, identity_, std::move(stream), limit);
        co_await std::move(work);
    }
}

void ConcurrentHandler::on_stream(std::unique_ptr<ports::Stream> stream) {
    tasks_.spawn([&](async::Limit& limit) { return bootstrap(node_, identity_, std::move(stream), limit); });
}

} // namespace taleus::bench
