// Addresses of a PostgreSQL store, as an operator writes them: each host is tried by itself, and a fault repeats
// nothing of the address, since a password may be in it.
#include "base/bytes.hpp"
#include "base/ensure.hpp"
#include "store/postgres_url.hpp"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace taleus;
    const auto url = to_text(ByteView{data, size});
    const auto hosts = store::postgres_hosts(url);
    if (!hosts) {
        static const auto told = store::postgres_hosts("").error().context;
        ensure(hosts.error().context == told, "a fault says more than the form");
        return 0;
    }
    ensure(!hosts->empty(), "an address has a host");
    for (const auto& host : *hosts)
        for (const auto* const keyword : {"host", "hostaddr", "port"})
            if (const auto value = host.find(keyword); value != host.end())
                ensure(!value->second.contains(',') && !value->second.empty(), "a host is one");
    return 0;
}
