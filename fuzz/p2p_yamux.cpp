// Any frames and any calls against yamux, as either side.
#include "p2p/testing/muxer_model.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace taleus::p2p;
    if (size == 0) return 0;
    const MuxerLimits limits{.inbound_max = 4, .window = (data[0] & 2) != 0 ? 256U * 1024 : 1024U * 1024};
    const auto muxer = make_yamux((data[0] & 1) != 0 ? Side::dialer : Side::listener, limits);
    testing::MuxerModel{*muxer, limits}.run({data + 1, size - 1});
    return 0;
}
