#include "app/commands.hpp"
#include "provision/draft_query.hpp"
#include "wire/json.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>

// Not for people: the process in which a partner's database is asked (provision/draft_query.hpp). What it may use up is
// bounded here, for how long by whoever started it.
namespace taleus::app {

namespace {

constexpr std::size_t request_bytes_max = 64 * 1024;
constexpr rlim_t cpu_seconds_max = 5;
constexpr rlim_t memory_bytes_max = rlim_t{512} << 20;

void limit(__rlimit_resource resource, rlim_t most) {
    const rlimit both{most, most};
    ::setrlimit(resource, &both);
}

void confine() {
    ::setenv("HOME", "/nonexistent", 1); // NOLINT(concurrency-mt-unsafe): the only thread; libpq looks for files there
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, cpu_seconds_max);
#if !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
    limit(RLIMIT_AS, memory_bytes_max);
#else
    static_cast<void>(memory_bytes_max); // sanitizers reserve far more than they use
#endif
}

Exit read_draft() {
    confine();
    const Console console{true};
    const auto text = read_descriptor(STDIN_FILENO, request_bytes_max, "standard input");
    const auto request = text ? wire::parse_json(*text) : fail(text.error());
    if (!request || !request->is_object()) return Exit::usage;
    console.data(provision::read_draft(request->get_object()));
    return Exit::done;
}

} // namespace

void add_read_draft(CLI::App& root, Invocation& invocation) {
    auto* command = root.add_subcommand("read-draft", "")->group(""); // hidden
    command->callback([&invocation] { invocation.run = read_draft; });
}

} // namespace taleus::app
