// A real listener and a real dialer of one process, over TCP on the loopback, with their own threads and the
// application's: what the world without a network cannot show. Nothing sleeps; what happens elsewhere is waited for.

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <taleus/taleus.hpp>

#include <atomic>
#include <barrier>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using taleus::Call;
using taleus::Completion;
using taleus::Role;
using taleus::StateName;

class PartiesTest : public ::testing::Test {
protected:
    PartiesTest() {
        auto name = (std::filesystem::temp_directory_path() / "taleus-public-XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        folder = name;
    }
    ~PartiesTest() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    taleus::ListenerSettings listener_settings(const std::string& name = "anna") const {
        return {.party = {.home = folder / name}, .listen = {"/ip4/127.0.0.1/tcp/0"}};
    }
    // No deadline of a session ends what the test waits for.
    taleus::ListenerSettings patient_settings() const {
        auto settings = listener_settings();
        settings.live.timeouts = {.step = 10min, .respond = 10min, .session = 10min};
        return settings;
    }
    taleus::DialerSettings dialer_settings(const std::string& name = "bert") const {
        return {.party = {.home = folder / name}};
    }

    std::filesystem::path folder;
};

// An executor of the application's: so many threads that run what they are given.
class Pool {
public:
    explicit Pool(std::size_t threads) {
        for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
    }
    ~Pool() {
        {
            const std::lock_guard lock{mutex_};
            is_over_ = true;
        }
        more_.notify_all();
        for (auto& thread : threads_) thread.join();
    }
    taleus::Executor executor() {
        return [this](taleus::Task task) {
            {
                const std::lock_guard lock{mutex_};
                tasks_.push_back(std::move(task));
            }
            more_.notify_one();
        };
    }

private:
    void run() {
        for (;;) {
            std::unique_lock lock{mutex_};
            more_.wait(lock, [this] { return is_over_ || !tasks_.empty(); });
            if (tasks_.empty()) return;
            auto task = std::move(tasks_.front());
            tasks_.pop_front();
            lock.unlock();
            task();
        }
    }
    std::mutex mutex_;
    std::condition_variable more_;
    std::deque<taleus::Task> tasks_;
    bool is_over_ = false;
    std::vector<std::thread> threads_;
};

void expect_same_tally(taleus::Listener& listener, taleus::Dialer& dialer) {
    const auto ours = listener.tallies();
    const auto theirs = dialer.tallies();
    ASSERT_TRUE(ours && theirs);
    ASSERT_EQ(ours->size(), 1U);
    ASSERT_EQ(theirs->size(), 1U);
    EXPECT_EQ(ours->front().id, theirs->front().id);
    EXPECT_EQ(ours->front().database, theirs->front().database);
    EXPECT_TRUE(ours->front().draft_verified && theirs->front().draft_verified);
}

TEST_F(PartiesTest, bootstrap_both_roles_by_the_defaults) {
    for (const auto role : {Role::stock, Role::foil}) {
        const auto name = std::string{to_text(role)};
        auto listener = taleus::Listener::start(listener_settings("anna-" + name));
        ASSERT_TRUE(listener) << listener.error().context;
        auto dialer = taleus::Dialer::open(dialer_settings("bert-" + name));
        ASSERT_TRUE(dialer) << dialer.error().context;
        EXPECT_TRUE(listener->health().is_good());
        const auto issued = listener->invite({.role = role, .label = "for bert"});
        ASSERT_TRUE(issued) << issued.error().context;
        const auto link = taleus::parse_link(issued->uri);
        ASSERT_TRUE(link);
        EXPECT_EQ(link->signer, listener->peer_id());

        const auto result = dialer->join({.link = issued->uri, .expected_signer = listener->peer_id()});
        ASSERT_TRUE(result) << result.error().context;
        EXPECT_TRUE(result->is_done()) << result->reason;
        EXPECT_EQ(result->receipt, taleus::ReceiptCheck::verified);
        ASSERT_TRUE(result->tally);
        EXPECT_EQ(result->tally->partner_peer, listener->peer_id());
        expect_same_tally(*listener, *dialer);

        const auto again = dialer->join({.link = issued->json, .require_signed = true});
        ASSERT_TRUE(again);
        EXPECT_TRUE(again->is_done() && again->resumed);
        EXPECT_EQ(again->tally->id, result->tally->id);

        const auto invitations = listener->invitations();
        ASSERT_TRUE(invitations && invitations->size() == 1);
        EXPECT_EQ(invitations->front().standing, taleus::Standing::exhausted);
        EXPECT_EQ(invitations->front().label, "for bert");
        EXPECT_TRUE(listener->login(result->tally->id)->has_value());
        listener->stop(5s);
        EXPECT_EQ(listener->tallies().error().code, taleus::Code::shutting_down);
    }
}

// Two threads race to answer each question, on an executor with threads of its own.
class RacingHooks final : public taleus::IdentityCheck, public taleus::Provisioner {
public:
    ~RacingHooks() override { join(); }
    void check(Call call, taleus::Claim, Completion<taleus::Verdict> done) override {
        EXPECT_FALSE(call.session_key.empty());
        race([done] { done(taleus::Verdict::accept()); });
    }
    void provision(Call, taleus::Order order, Completion<taleus::MadeDatabase> done) override {
        race([done, order] {
            done(taleus::MadeDatabase{.database = {.endpoint = "test:" + order.tally_id, .credentials_ref = "x"},
                                      .own_login = "own",
                                      .has_logins = true});
        });
    }
    void remove(Call, taleus::Order, Completion<void> done) override { done({}); }
    void join() {
        const std::lock_guard lock{mutex_};
        for (auto& thread : threads_) thread.join();
        threads_.clear();
    }

private:
    void race(const std::function<void()>& answer) {
        const auto both = std::make_shared<std::barrier<>>(2);
        const std::lock_guard lock{mutex_};
        for (int i = 0; i < 2; ++i)
            threads_.emplace_back([answer, both] {
                both->arrive_and_wait();
                answer();
            });
    }
    std::mutex mutex_;
    std::vector<std::thread> threads_;
};

TEST_F(PartiesTest, racing_answers_from_other_threads_count_once) {
    Pool pool{3};
    const auto hooks = std::make_shared<RacingHooks>();
    auto listener = taleus::Listener::start(listener_settings(),
                                            {.identity = hooks, .provisioner = hooks, .executor = pool.executor()});
    ASSERT_TRUE(listener) << listener.error().context;
    const auto issued =
        listener->invite({.uses = std::nullopt, .requirement = taleus::Requirement::external}); // for everybody
    ASSERT_TRUE(issued);
    constexpr int respondents = 6;
    std::vector<taleus::Dialer> dialers;
    std::vector<std::future<taleus::Result<taleus::JoinResult>>> ends;
    for (int i = 0; i < respondents; ++i) {
        auto dialer = taleus::Dialer::open(dialer_settings("bert" + std::to_string(i)), {.executor = pool.executor()});
        ASSERT_TRUE(dialer);
        dialers.push_back(std::move(*dialer));
    }
    for (auto& dialer : dialers) {
        auto end = std::make_shared<std::promise<taleus::Result<taleus::JoinResult>>>();
        ends.push_back(end->get_future());
        dialer.join({.link = issued->uri}, [end](auto result) { end->set_value(std::move(result)); });
    }
    for (auto& end : ends) {
        const auto result = end.get();
        ASSERT_TRUE(result);
        EXPECT_TRUE(result->is_done()) << result->reason;
    }
    const auto tallies = listener->tallies();
    ASSERT_TRUE(tallies);
    EXPECT_EQ(tallies->size(), std::size_t{respondents});
    const auto login = listener->login(tallies->front().id);
    ASSERT_TRUE(login && *login);
    EXPECT_EQ((*login)->name, "own");
    EXPECT_FALSE((*login)->password.empty());
    EXPECT_EQ(listener->invitations()->front().spent, std::uint64_t{respondents});
    const auto counts = listener->counts();
    ASSERT_TRUE(counts);
    EXPECT_EQ(counts->begun, counts->active + counts->ended + counts->left);
}

// A server of the application's, of a kind that drafts can be read back from.
class ServerProvisioner final : public taleus::Provisioner {
public:
    explicit ServerProvisioner(std::filesystem::path answer) : answer_{std::move(answer)} {}
    void provision(Call, taleus::Order order, Completion<taleus::MadeDatabase> done) override {
        std::string text;
        for (const char c : order.draft) text += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
        std::ofstream{answer_} << R"({"draft":")" << text << R"("})";
        password = order.partner_password;
        done(taleus::MadeDatabase{
            .database = {.endpoint = "postgres://db.example/tallies", .credentials_ref = "partner"},
            .own_login = "own",
            .has_logins = true});
    }
    void remove(Call, taleus::Order, Completion<void> done) override { done({}); }
    std::string password; // once it was asked

private:
    const std::filesystem::path answer_;
};

// What is run in place of `taleus read-draft` says what the server has; the real one is tested with the program.
TEST_F(PartiesTest, drafts_are_read_back_by_the_login_that_the_partner_sealed) {
    const auto program = folder / "taleus";
    std::ofstream{program} << "#!/bin/sh\n[ \"$*\" = read-draft ] || exit 1\ncat > " << (folder / "asked").string()
                           << "\ncat " << (folder / "answer").string() << "\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    for (const auto role : {Role::stock, Role::foil})
        for (const bool is_read : {true, false}) {
            const auto name = std::string{to_text(role)} + (is_read ? "-read" : "-left");
            const auto server = std::make_shared<ServerProvisioner>(folder / "answer");
            auto listening = listener_settings("anna-" + name);
            auto dialing = dialer_settings("bert-" + name);
            if (is_read) listening.party.read_back.program = dialing.party.read_back.program = program;
            dialing.party.read_back.only_public = false;
            listening.party.read_back.timeout = dialing.party.read_back.timeout = 1min; // however slow this machine is
            listening.live.timeouts.step = dialing.timeouts.step = 1min;
            auto listener = taleus::Listener::start(listening, {.provisioner = server});
            auto dialer = taleus::Dialer::open(dialing, {.provisioner = server});
            ASSERT_TRUE(listener && dialer);
            const auto result = dialer->join({.link = listener->invite({.role = role})->uri});
            ASSERT_TRUE(result);
            EXPECT_TRUE(result->is_done()) << result->reason;
            listener->stop(10s); // and has read what it reads, after the tally was told
            const auto of_listener = taleus::Dialer::open({.party = listening.party})->tallies();
            const auto of_dialer = dialer->tallies();
            ASSERT_TRUE(of_listener && of_dialer);
            const auto access = is_read ? taleus::Access::verified : taleus::Access::not_tried;
            const bool dialer_reads = role == Role::stock; // who provisioned has nothing to look into
            EXPECT_EQ(of_dialer->at(0).access, dialer_reads ? access : taleus::Access::not_tried) << name;
            EXPECT_EQ(of_listener->at(0).access, dialer_reads ? taleus::Access::not_tried : access) << name;
            if (!is_read) continue;
            std::ifstream asked{folder / "asked"};
            const std::string question{std::istreambuf_iterator<char>{asked}, {}};
            EXPECT_NE(question.find("\"secret\":\"" + server->password + "\""), std::string::npos);
            EXPECT_NE(question.find(dialer_reads ? "\"onlyPublic\":false" : "\"onlyPublic\":true"), std::string::npos);
            EXPECT_NE(question.find("\"tls\":\"prefer\""), std::string::npos);
        }
    auto wrong = dialer_settings();
    wrong.party.read_back.tls = "yes";
    EXPECT_EQ(taleus::Dialer::open(wrong).error().code, taleus::Code::malformed);
    wrong.party.read_back = {.timeout = 0s};
    EXPECT_EQ(taleus::Dialer::open(wrong).error().code, taleus::Code::malformed);
}

// Asked, and never answered.
class SilentProvisioner final : public taleus::Provisioner {
public:
    void provision(Call call, taleus::Order, Completion<taleus::MadeDatabase> done) override {
        kept = std::make_unique<Completion<taleus::MadeDatabase>>(std::move(done));
        asked.set_value(std::move(call));
    }
    void remove(Call, taleus::Order, Completion<void>) override {}
    std::unique_ptr<Completion<taleus::MadeDatabase>> kept;
    std::promise<Call> asked;
};

TEST_F(PartiesTest, end_of_a_listener_cancels_its_hook_and_leaves_its_completion_idle) {
    const auto hook = std::make_shared<SilentProvisioner>();
    auto dialer = taleus::Dialer::open(dialer_settings());
    ASSERT_TRUE(dialer);
    std::promise<taleus::Result<taleus::JoinResult>> end;
    auto asked = hook->asked.get_future();
    {
        auto listener = taleus::Listener::start(patient_settings(), {.provisioner = hook});
        ASSERT_TRUE(listener) << listener.error().context;
        const auto issued = listener->invite();
        const auto joining =
            dialer->join({.link = issued->uri}, [&](auto result) { end.set_value(std::move(result)); });
        const auto call = asked.get();
        EXPECT_FALSE(call.cancelled.stop_requested());
        std::promise<void> heard;
        const std::stop_callback cancelled{call.cancelled, [&] { heard.set_value(); }};
        listener->stop(0s);
        heard.get_future().wait();
        joining.cancel();
    }
    (*hook->kept)({});
    const auto result = end.get_future().get();
    ASSERT_TRUE(result);
    EXPECT_FALSE(result->is_done());
    EXPECT_TRUE(dialer->tallies()->empty());
}

class CountingObserver final : public taleus::Observer {
public:
    void transition(const taleus::Transition& what) override {
        const std::lock_guard lock{mutex_};
        if (what.to == StateName::provisioning_database) throw std::runtime_error{"nobody minds"};
        ++seen_;
    }
    void ended(const taleus::Ending& what) override {
        const std::lock_guard lock{mutex_};
        if (!what.session.empty() && what.outcome == StateName::done) done_.set_value(seen_);
    }
    std::future<int> done() { return done_.get_future(); }

private:
    std::mutex mutex_;
    int seen_ = 0;
    std::promise<int> done_;
};

TEST_F(PartiesTest, observer_is_told_of_states_and_may_throw) {
    const auto observer = std::make_shared<CountingObserver>();
    auto done = observer->done();
    auto listener = taleus::Listener::start(listener_settings(), {.observer = observer});
    auto dialer = taleus::Dialer::open(dialer_settings());
    ASSERT_TRUE(listener && dialer);
    taleus::JoinRequest request{.link = listener->invite()->uri};
    // Told on the dialer's thread, which may be behind the join that it tells of.
    const auto stepped = std::make_shared<std::promise<StateName>>();
    const auto is_first = std::make_shared<std::once_flag>();
    request.progress = [=](const taleus::JoinProgress& step) {
        std::call_once(*is_first, [&] { stepped->set_value(step.state); });
    };
    ASSERT_TRUE(dialer->join(request)->is_done());
    EXPECT_GE(done.get(), 3);
    EXPECT_NE(listener->metrics()->find("taleus_"), std::string::npos);
    EXPECT_EQ(stepped->get_future().get(), StateName::connecting);
}

TEST_F(PartiesTest, slow_observer_loses_events_and_holds_up_nobody) {
    struct Blocked final : taleus::Observer {
        void transition(const taleus::Transition&) override { go_on.get_future().wait(); }
        void ended(const taleus::Ending&) override {}
        std::promise<void> go_on;
    };
    const auto observer = std::make_shared<Blocked>();
    auto listener = taleus::Listener::start(listener_settings(), {.observer = observer, .events_waiting_max = 2});
    auto dialer = taleus::Dialer::open(dialer_settings());
    ASSERT_TRUE(listener && dialer);
    EXPECT_TRUE(dialer->join({.link = listener->invite()->uri})->is_done());
    EXPECT_GT(listener->counts()->events_dropped, 0U);
    observer->go_on.set_value();
    listener->stop(1s);
}

TEST_F(PartiesTest, second_signal_cuts_short_what_stop_waits_for) {
    const auto hook = std::make_shared<SilentProvisioner>();
    auto asked = hook->asked.get_future();
    auto listener = taleus::Listener::start(patient_settings(), {.provisioner = hook});
    auto dialer = taleus::Dialer::open(dialer_settings());
    ASSERT_TRUE(listener && dialer);
    std::promise<void> ended;
    const auto joining =
        dialer->join({.link = listener->invite()->uri}, [&](const auto& /*result*/) { ended.set_value(); });
    const auto call = asked.get();
    std::promise<void> cancelled;
    const std::stop_callback heard{call.cancelled, [&] { cancelled.set_value(); }};
    std::thread stopping{[&] { listener->stop(10min); }};
    listener->hurry();
    cancelled.get_future().wait();
    stopping.join();
    joining.cancel();
    ended.get_future().wait();
    EXPECT_TRUE(dialer->tallies()->empty());
}

// Found in review: the sum of now and the longest time there is lay in the past, and all was cut off at once.
TEST_F(PartiesTest, stop_waits_as_long_as_it_is_told_to) {
    const auto hook = std::make_shared<SilentProvisioner>();
    auto asked = hook->asked.get_future();
    auto listener = taleus::Listener::start(patient_settings(), {.provisioner = hook});
    auto dialer = taleus::Dialer::open(dialer_settings());
    ASSERT_TRUE(listener && dialer);
    std::promise<taleus::Result<taleus::JoinResult>> end;
    const auto joining =
        dialer->join({.link = listener->invite()->uri}, [&](auto result) { end.set_value(std::move(result)); });
    const auto call = asked.get();
    std::thread stopping{[&] { listener->stop(taleus::Duration::max()); }};
    while (listener->health().is_good()) std::this_thread::yield(); // it has begun
    EXPECT_FALSE(call.cancelled.stop_requested());
    (*hook->kept)(taleus::MadeDatabase{.database = {"wss://db", "login"}});
    stopping.join();
    EXPECT_TRUE(end.get_future().get()->is_done());
    EXPECT_EQ(dialer->tallies()->size(), 1U);
    listener = taleus::fail(taleus::Code::internal, "it has ended, and lets go of its home");
    listener = taleus::Listener::start(listener_settings());
    ASSERT_TRUE(listener);
    expect_same_tally(*listener, *dialer);
}

// Found in review: it was told that it had been cancelled, when whoever waited for it was gone.
TEST_F(PartiesTest, dialer_that_is_destroyed_tells_nobody_of_its_joins) {
    const auto hook = std::make_shared<SilentProvisioner>();
    auto asked = hook->asked.get_future();
    auto listener = taleus::Listener::start(listener_settings(), {.provisioner = hook});
    ASSERT_TRUE(listener);
    std::atomic<int> told = 0;
    {
        auto dialer = taleus::Dialer::open(dialer_settings());
        ASSERT_TRUE(dialer);
        dialer->join({.link = listener->invite()->uri}, [&](const auto& /*result*/) { ++told; });
        asked.get();
    }
    EXPECT_EQ(told, 0);
    EXPECT_TRUE(listener->tallies()->empty());
}

// As systemd hands them over; what the settings say is not listened on.
TEST_F(PartiesTest, sockets_of_somebody_elses_are_listened_on) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(socket, 16), 0);
    socklen_t size = sizeof address;
    ASSERT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
    auto settings = listener_settings();
    settings.listen = {"/ip4/192.0.2.1/tcp/1"}; // an address of nobody's
    settings.sockets = {socket};
    auto listener = taleus::Listener::start(settings);
    ASSERT_TRUE(listener) << listener.error().context;
    EXPECT_EQ(listener->listening(),
              (std::vector<std::string>{"/ip4/127.0.0.1/tcp/" + std::to_string(ntohs(address.sin_port)) + "/p2p/" +
                                        listener->peer_id()}));
    auto dialer = taleus::Dialer::open(dialer_settings());
    const auto result = dialer->join({.link = listener->invite()->uri});
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->is_done()) << result->reason;
    EXPECT_EQ(result->peer, listener->peer_id());
}

TEST_F(PartiesTest, draining_listener_takes_no_new_session) {
    auto listener = taleus::Listener::start(listener_settings());
    auto dialer = taleus::Dialer::open({.party = {.home = folder / "bert"}, .timeouts = {.session = 2s}});
    ASSERT_TRUE(listener && dialer);
    const auto issued = listener->invite();
    listener->drain();
    ASSERT_TRUE(listener->counts()); // answered when it drains
    const auto result = dialer->join({.link = issued->uri});
    ASSERT_TRUE(result);
    EXPECT_FALSE(result->is_done());
    EXPECT_FALSE(listener->health().is_good());
    EXPECT_TRUE(listener->tallies()->empty());
}

TEST_F(PartiesTest, refuses_what_makes_no_sense) {
    const auto code_of = [](const auto& result) { return result ? taleus::Code::internal : result.error().code; };
    auto settings = listener_settings();
    settings.listen = {"127.0.0.1:9000"};
    EXPECT_EQ(code_of(taleus::Listener::start(settings)), taleus::Code::malformed);
    settings = listener_settings();
    settings.live.limits.sessions = 0;
    EXPECT_EQ(code_of(taleus::Listener::start(settings)), taleus::Code::malformed);
    settings.live = {};
    settings.live.timeouts.step = 0s;
    EXPECT_EQ(code_of(taleus::Listener::start(settings)), taleus::Code::malformed);
    settings.live.timeouts = {.session = 25h, .await_database = 25h}; // no peer could be told
    EXPECT_EQ(code_of(taleus::Listener::start(settings)), taleus::Code::malformed);
    auto dialing = dialer_settings();
    dialing.timeouts.session = taleus::Duration::max();
    EXPECT_EQ(code_of(taleus::Dialer::open(dialing)), taleus::Code::malformed);
    EXPECT_EQ(code_of(taleus::Dialer::open({})), taleus::Code::malformed) << "no home";

    auto listener = taleus::Listener::start(listener_settings());
    ASSERT_TRUE(listener);
    EXPECT_EQ(code_of(taleus::Listener::start(listener_settings())), taleus::Code::conflict) << "one listener a home";
    EXPECT_EQ(code_of(listener->invite({.uses = 0})), taleus::Code::malformed);
    EXPECT_EQ(code_of(listener->invite({.valid_for = 0s})), taleus::Code::malformed);
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    EXPECT_EQ(code_of(listener->invite({.expiry = now})), taleus::Code::malformed) << "over already";
    EXPECT_EQ(listener->invite({.expiry = now + 1h})->expiry, now + 1h);
    const taleus::UtcTime last{253'402'300'799'999ms}; // 9999-12-31T23:59:59.999Z
    EXPECT_EQ(taleus::parse_link(listener->invite({.expiry = last})->uri)->expiry, last);
    EXPECT_EQ(code_of(listener->invite({.expiry = last + 1ms})), taleus::Code::malformed) << "no link could say so";
    EXPECT_EQ(code_of(listener->invite({.expiry = taleus::UtcTime::max()})), taleus::Code::malformed);
    EXPECT_EQ(code_of(listener->invite({.label = std::string(257, 'x')})), taleus::Code::malformed);
    EXPECT_TRUE(listener->invite({.label = std::string(256, 'x')}));
    EXPECT_EQ(code_of(listener->invite({.requirement = taleus::Requirement::external})), taleus::Code::malformed);
    EXPECT_EQ(code_of(listener->invite({}, std::string(513, 'x'))), taleus::Code::malformed);
    EXPECT_TRUE(listener->invite({}, std::string(512, 'x')));
    EXPECT_EQ(code_of(listener->invite({}, std::string(512, 'x'))), taleus::Code::conflict);
    taleus::LiveSettings live;
    live.limits.message_bytes = 1023;
    EXPECT_EQ(code_of(listener->change(live)), taleus::Code::malformed);
    live.limits.message_bytes = 1024;
    EXPECT_TRUE(listener->change(live));

    auto dialer = taleus::Dialer::open(dialer_settings());
    ASSERT_TRUE(dialer);
    EXPECT_EQ(code_of(dialer->join({.link = "taleus:1nothing"})), taleus::Code::bad_link);
    const auto issued = listener->invite();
    EXPECT_EQ(code_of(dialer->join({.link = issued->uri, .expected_signer = dialer->peer_id()})),
              taleus::Code::bad_link);
    EXPECT_EQ(code_of(taleus::checked_link({.link = issued->uri, .expected_signer = dialer->peer_id()})),
              taleus::Code::bad_link);
    EXPECT_EQ(code_of(taleus::checked_link({.link = issued->uri, .expected_signer = "nobody"})),
              taleus::Code::malformed);
    EXPECT_EQ(taleus::checked_link({.link = issued->uri, .expected_signer = listener->peer_id()})->expiry,
              issued->expiry);
    EXPECT_TRUE(*listener->revoke(issued->id));
    EXPECT_FALSE(*listener->revoke("0000000000000000"));
    const auto result = dialer->join({.link = issued->uri});
    ASSERT_TRUE(result);
    EXPECT_EQ(result->outcome, StateName::rejected);
    EXPECT_EQ(result->code, taleus::Code::token_revoked);
}

TEST_F(PartiesTest, keys_are_kept_and_never_overwritten) {
    std::filesystem::create_directories(folder);
    const auto key = taleus::NodeKey::generate();
    const auto file = folder / "node.key";
    ASSERT_TRUE(key.save(file));
    EXPECT_EQ(key.save(file).error().code, taleus::Code::conflict);
    const auto read = taleus::NodeKey::load(file);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->peer_id(), key.peer_id());
    EXPECT_EQ(taleus::NodeKey::load(folder / "none").error().code, taleus::Code::internal);
    std::filesystem::permissions(file, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
    EXPECT_EQ(taleus::NodeKey::load(file).error().code, taleus::Code::internal);

    auto settings = dialer_settings();
    settings.party.key = key;
    EXPECT_EQ(taleus::Dialer::open(settings)->peer_id(), key.peer_id());
}

} // namespace
