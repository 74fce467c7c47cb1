// Endpoints from partners: what is accepted is read as itself, and has no character that could mean anything more.
#include "base/bytes.hpp"
#include "base/ensure.hpp"
#include "provision/endpoint.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = taleus::as_text({data, size});
    const auto endpoint = taleus::provision::parse_endpoint(text);
    if (!endpoint) return 0;
    taleus::ensure(text.find_first_of("@?#%,' \\\n") == std::string_view::npos, "more than host, port and database");
    taleus::ensure(taleus::provision::parse_endpoint(to_text(*endpoint)) == endpoint, "not read as itself");
    return 0;
}
