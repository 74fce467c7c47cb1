#include "library/dialer.hpp"

#include "library/control_plane.hpp"
#include "library/link.hpp"
#include "library/records.hpp"
#include "library/terms.hpp"
#include "protocol/token.hpp"
#include "session/join.hpp"

#include <exception>
#include <future>
#include <utility>

namespace taleus {

namespace {

Result<Link> shown_link(const Result<wire::Link>& parsed) {
    if (!parsed) return fail(parsed.error());
    const auto& link = *parsed;
    Link shown{.addresses = {},
               .token = link.token,
               .expiry = link.expiry,
               .role = link.role,
               .requirement = link.requirement.value_or(""),
               .signer = link.signer ? link.signer->to_text() : ""};
    for (const auto& address : link.addresses) shown.addresses.push_back(address.to_text());
    return shown;
}

} // namespace

Result<Link> parse_link(std::string_view text) { return shown_link(wire::parse_link(text)); }

Result<Link> checked_link(const JoinRequest& request) {
    return shown_link(library::checked_link(request.link, request.require_signed, request.expected_signer));
}

// --- the core

struct Dialer::Core::Task {
    wire::Link link;
    library::FileLock lock;
    std::function<void(const JoinProgress&)> progress;
    Done done;
};

Dialer::Core::Core(std::unique_ptr<library::Premises> opened, library::NodeSettings with, const Hooks& hooks)
    : premises{std::move(opened)}, settings{std::move(with)}, crew{*premises, hooks},
      joins_{premises->loop.executor(), premises->loop.clock()},
      line_{std::make_shared<library::Line>(premises->loop.executor())} {}

Dialer::Core::~Core() {
    is_ending_ = true;
    if (outfit_) premises->loop.finish([this] { return close_here(); });
    line_->close();
    premises->loop.end(); // nobody asks the application any more
    crew.callbacks.close();
}

Result<std::unique_ptr<Dialer::Core>> Dialer::Core::open(DialerSettings settings, const Hooks& hooks,
                                                         const library::Beyond& beyond) {
    auto node_settings = library::node_settings(settings);
    if (!node_settings) return fail(std::move(node_settings.error()));
    if (beyond.refine) beyond.refine(*node_settings);
    auto premises = library::Premises::open(std::move(settings.party), beyond.log);
    if (!premises) return fail(std::move(premises.error()));
    auto core = std::make_unique<Core>(std::move(*premises), std::move(*node_settings), hooks);
    auto opened = core->premises->loop.ask([&core] { return core->open_here(); });
    if (!opened) return fail(std::move(opened.error()));
    return core;
}

async::awaitable<Result<void>> Dialer::Core::open_here() {
    outfit_.emplace(premises->ground(), crew.dependencies, settings);
    co_return Result<void>{};
}

async::awaitable<void> Dialer::Core::close_here() {
    joins_.stop();
    co_await joins_.join();
    co_await outfit_->close();
}

std::shared_ptr<Joining::Shared> Dialer::Core::join(JoinRequest request, Done done) {
    auto shared = std::make_shared<Joining::Shared>(line_);
    auto link = library::checked_link(request.link, request.require_signed, request.expected_signer);
    if (!link) return done(fail(std::move(link.error()))), shared;
    const auto token = protocol::hash_of_token(link->token);
    auto lock = library::FileLock::try_lock(premises->party.home / "join.lock", std::hash<TokenHash>{}(token));
    if (!lock) return done(fail(std::move(lock.error()))), shared;
    if (!*lock) return done(fail(Code::in_progress, "another join of this link is running in this home")), shared;
    auto task =
        std::make_unique<Task>(Task{std::move(*link), std::move(**lock), std::move(request.progress), std::move(done)});
    premises->loop.post([this, shared, task = std::move(task)]() mutable {
        joins_.spawn([&](async::Limit& limit) {
            if (shared->is_cancelled) limit.stop();
            return run(*this, shared, std::move(task), limit);
        });
    });
    return shared;
}

async::awaitable<void> Dialer::Core::run(Core& core, std::shared_ptr<Joining::Shared> shared,
                                         std::unique_ptr<Task> task, async::Limit& limit) {
    shared->limit = &limit;
    Result<JoinResult> result = fail(Code::internal, "an exception");
    try {
        auto joining = core.joined(*task, limit);
        result = co_await std::move(joining);
    } catch (const std::exception& error) {
        result = fail(Code::internal, error.what());
    }
    shared->limit = nullptr;
    auto done = std::move(task->done);
    task.reset(); // the lock goes before anybody knows
    done(std::move(result));
}

// First what earlier attempts left behind goes, as far as one step's time takes it: a key is not provisioned anew
// before that, and a session whose link is another's is not to wait for it longer.
async::awaitable<Result<JoinResult>> Dialer::Core::joined(const Task& task, async::Limit& limit) {
    auto removal = library::removal_world(premises->ground(), crew.dependencies, settings.time_to_live);
    auto removing = session::remove_abandoned(removal, limit, removal.clock.now() + removal.step);
    co_await std::move(removing);
    auto world = outfit_->join_world(&crew.observer);
    session::JoinRequest request{.link = task.link, .progress = {}};
    request.progress = [this, &task](const session::JoinProgress& step) {
        if (!task.progress) return;
        crew.callbacks.post(
            [progress = task.progress,
             told = JoinProgress{.state = step.state, .address = step.address, .text = step.text}] { progress(told); });
    };
    auto joining = session::join(world, std::move(request), limit);
    const auto end = co_await std::move(joining);
    co_return library::shown(end);
}

// --- the interface

Result<Dialer> Inside::open(DialerSettings settings, const Hooks& hooks, const library::Beyond& beyond) {
    auto core = Dialer::Core::open(std::move(settings), hooks, beyond);
    if (!core) return fail(std::move(core.error()));
    return Dialer{std::move(*core)};
}

Joining::Joining(std::shared_ptr<Shared> shared) : shared_{std::move(shared)} {}

void Joining::cancel() const {
    shared_->line->post([shared = shared_] {
        shared->is_cancelled = true;
        if (shared->limit != nullptr) shared->limit->stop();
    });
}

Dialer::Dialer(std::unique_ptr<Core> core) : core_{std::move(core)} {}
Dialer::Dialer(Dialer&&) noexcept = default;
Dialer& Dialer::operator=(Dialer&&) noexcept = default;
Dialer::~Dialer() = default;

Result<Dialer> Dialer::open(DialerSettings settings, Hooks hooks) {
    return Inside::open(std::move(settings), hooks, {});
}

std::string Dialer::peer_id() const { return core_->premises->ground().peer().to_text(); }

Result<JoinResult> Dialer::join(JoinRequest request) {
    auto promise = std::make_shared<std::promise<Result<JoinResult>>>();
    auto result = promise->get_future();
    core_->join(std::move(request), [promise](Result<JoinResult> end) { promise->set_value(std::move(end)); });
    return result.get();
}

Joining Dialer::join(JoinRequest request, std::move_only_function<void(Result<JoinResult>)> done) {
    return Joining{
        core_->join(std::move(request), [core = core_.get(), done = std::move(done)](Result<JoinResult> end) mutable {
            core->crew.callbacks.post([core, done = std::move(done), end = std::move(end)]() mutable {
                if (!core->is_ending()) done(std::move(end));
            });
        })};
}

Result<std::vector<Tally>> Dialer::tallies() {
    return core_->premises->loop.ask([this] { return library::tallies(core_->premises->ground()); });
}
Result<std::optional<Login>> Dialer::login(std::string tally_id) {
    return core_->premises->loop.ask(
        [this, id = std::move(tally_id)] { return library::login(core_->premises->ground(), id); });
}

} // namespace taleus
