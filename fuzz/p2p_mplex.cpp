// Any frames and any calls against mplex.
#include "p2p/testing/muxer_model.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace taleus::p2p;
    const MuxerLimits limits{.inbound_max = 4, .window = 1000};
    const auto muxer = make_mplex(limits);
    testing::MuxerModel{*muxer, limits}.run({data, size});
    return 0;
}
