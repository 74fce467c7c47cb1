#include "base/failed_flush.hpp"

#include <cstdio>
#include <cstdlib>

namespace taleus {

void stop_at_failed_flush(std::string_view path, std::string_view why) {
    static_cast<void>(std::fprintf(stderr, // NOLINT(*-vararg): nothing that allocates
                                   "taleus: stopped: %.*s could not be written to disk (%.*s); what was not yet "
                                   "acknowledged may be lost. Check the disk, then start again.\n",
                                   static_cast<int>(path.size()), path.data(), static_cast<int>(why.size()),
                                   why.data()));
    std::fflush(stderr);
    std::_Exit(exit_failed_flush);
}

} // namespace taleus
