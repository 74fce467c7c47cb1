#include "base/keeps_trail.hpp"

namespace taleus {

bool keeps_trail() {
#ifdef TALEUS_WITHOUT_TRAIL
    return false;
#else
    return true;
#endif
}

} // namespace taleus
