// A shop with a standing invitation: one poster for everybody, a tally for each, three a customer at most. It ends when
// as many customers came as it was told to wait for.
//
//   merchant HOME CUSTOMERS

#include <taleus/taleus.hpp>

#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>

namespace {

class Till final : public taleus::Observer {
public:
    explicit Till(int customers) : left_{customers} {}
    void ended(const taleus::Ending& what) override {
        if (what.outcome == taleus::StateName::done && --left_ == 0) closed_.set_value();
    }
    std::future<void> closed() { return closed_.get_future(); }

private:
    int left_; // told by one thread
    std::promise<void> closed_;
};

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) return std::fputs("usage: merchant HOME CUSTOMERS\n", stderr), 2;
    const auto till = std::make_shared<Till>(std::atoi(argv[2]));
    auto closed = till->closed();

    taleus::ListenerSettings settings;
    settings.party.home = argv[1];
    settings.party.party_id = "the shop at the corner";
    settings.listen = {"/ip4/127.0.0.1/tcp/0"};
    settings.live.limits.sessions_per_peer = 4; // nobody holds the counter
    auto listener = taleus::Listener::start(settings, {.observer = till});
    if (!listener) return std::fprintf(stderr, "%s\n", listener.error().context.c_str()), 1;

    taleus::Terms poster;
    poster.uses = std::nullopt; // as many as come
    poster.per_peer = 3;        // but three a customer
    poster.valid_for = std::chrono::days{90};
    poster.label = "poster at the door";
    const auto issued = listener->invite(poster);
    if (!issued) return std::fprintf(stderr, "%s\n", issued.error().context.c_str()), 1;
    std::printf("%s\n", issued->uri.c_str());
    std::fflush(stdout);

    closed.wait();
    listener->stop();
    return 0;
}
