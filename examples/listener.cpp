// An inviter inside a program of one's own: makes one invitation, prints its link, and waits until somebody has
// answered it.
//
//   listener HOME [stock|foil]

#include <taleus/taleus.hpp>

#include <cstdio>
#include <future>
#include <memory>
#include <string>

namespace {

// Tells when a session has brought a tally.
class Watcher final : public taleus::Observer {
public:
    void ended(const taleus::Ending& what) override {
        if (what.outcome == taleus::StateName::done && !is_told_) done_.set_value();
        is_told_ = is_told_ || what.outcome == taleus::StateName::done;
    }
    std::future<void> done() { return done_.get_future(); }

private:
    std::promise<void> done_;
    bool is_told_ = false;
};

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) return std::fputs("usage: listener HOME [stock|foil]\n", stderr), 2;

    taleus::ListenerSettings settings;
    settings.party.home = argv[1];
    settings.listen = {"/ip4/127.0.0.1/tcp/0"}; // any free port of this machine
    const auto watcher = std::make_shared<Watcher>();
    auto done = watcher->done();

    auto listener = taleus::Listener::start(settings, {.observer = watcher});
    if (!listener) return std::fprintf(stderr, "%s\n", listener.error().context.c_str()), 1;

    taleus::Terms terms;
    terms.role = argc > 2 ? taleus::role_from_text(argv[2]).value_or(taleus::Role::stock) : taleus::Role::stock;
    terms.label = "for whom it concerns";
    const auto issued = listener->invite(terms);
    if (!issued) return std::fprintf(stderr, "%s\n", issued.error().context.c_str()), 1;
    std::printf("%s\n", issued->json.c_str());
    std::fflush(stdout);

    done.wait();
    listener->stop(); // the answer is on its way; sessions under way end first
    return 0;
}
