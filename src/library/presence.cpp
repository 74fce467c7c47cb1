#include "library/presence.hpp"

#include "library/files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>

namespace taleus::library {
namespace {

std::string new_boot(Random& random) {
    std::string boot;
    for (const auto byte : random.bytes<16>()) boot += fmt::format("{:02x}", byte);
    return boot;
}

} // namespace

std::string place_of(const std::filesystem::path& home) {
    std::array<char, 256> host{};
    static_cast<void>(::gethostname(host.data(), host.size() - 1));
    std::string machine;
    if (const auto id = read_file("/etc/machine-id", 64)) machine = as_text(*id);
    while (machine.ends_with('\n')) machine.pop_back();
    std::error_code ignored;
    return fmt::format("{}@{}:{}", machine, host.data(), std::filesystem::weakly_canonical(home, ignored).string());
}

// Deadlines and heartbeats in a store are read by nodes of other machines: all go by the calendar of its server.
async::awaitable<Result<bool>> Presence::write() {
    auto asking = journal_.calendar();
    const auto calendar = co_await std::move(asking);
    if (!calendar) co_return fail(calendar.error());
    if (*calendar) clock_.follow(**calendar);
    node_.seen = clock_.utc();
    co_return co_await journal_.register_node(node_, node_.seen - node_silent_max);
}

async::awaitable<Result<void>> Presence::begin(wire::PeerId peer, std::string place, Random& random) {
    node_ = {.peer = std::move(peer), .addresses = {}, .seen = {}, .boot = new_boot(random), .home = std::move(place)};
    const auto written = co_await write();
    if (!written) co_return fail(written.error());
    if (!*written)
        co_return fail(Code::conflict, fmt::format("{} is running already, with another home or on another machine: a "
                                                   "node needs a key of its own (taleus init)",
                                                   node_.peer.to_text()));
    co_return Result<void>{};
}

async::awaitable<Result<void>> Presence::announce(std::vector<std::string> addresses, Events events) {
    node_.addresses = std::move(addresses);
    events_ = std::move(events);
    const auto written = co_await write();
    if (!written) co_return fail(written.error());
    timer_.set(clock_.now() + heartbeat);
    co_return Result<void>{};
}

void Presence::beat() {
    timer_.set(clock_.now() + heartbeat);
    if (tasks_.size() == 0) tasks_.spawn([this](async::Limit&) { return tell(); });
}

// A store that is away is everybody's trouble and not this node's: it is told again.
async::awaitable<void> Presence::tell() {
    const auto written = co_await write();
    if (written && !*written) {
        log_.error("another process serves under this node's peer id; this one ends");
        events_.lost();
    }
    if (!written || !*written) co_return;
    const auto taken = co_await journal_.take_over(node_.seen, node_.seen - node_silent_max);
    if (!taken || taken->interrupted + taken->completed + taken->waiting == 0) co_return;
    log_.info("took over from a node that is gone: {} interrupted, {} completed, {} await their database",
              taken->interrupted, taken->completed, taken->waiting);
    events_.taken_over();
}

async::awaitable<void> Presence::end() {
    timer_.clear();
    co_await tasks_.join();
    if (node_.boot.empty()) co_return;
    node_.boot.clear();
    const auto written = co_await write();
    if (!written) log_.warn("the store does not know that this node stopped: {}", written.error().context);
}

} // namespace taleus::library
