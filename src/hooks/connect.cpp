#include "hooks/connect.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>

#include <chrono>
#include <iterator>
#include <tuple>

#include "hooks/cancelled.hpp"

namespace taleus::hooks {
namespace {

constexpr auto as_tuple = boost::asio::as_tuple(async::use_awaitable);
constexpr std::chrono::seconds each_address{1};

} // namespace

async::awaitable<Result<void>> connect(Stream& stream, const Endpoints& endpoints) {
    boost::system::error_code error = boost::asio::error::host_not_found;
    for (auto one = endpoints.begin(); one != endpoints.end(); ++one) {
        if (std::next(one) == endpoints.end())
            stream.expires_never();
        else
            stream.expires_after(each_address);
        std::tie(error) = co_await stream.async_connect(*one, as_tuple);
        if (!has_failed(error)) {
            stream.expires_never();
            co_return Result<void>{};
        }
        stream.close(); // a refusal leaves it open, and of this address's family: the next may be of the other
    }
    co_return fail(Code::dependency_unavailable, "the hook cannot be asked: " + error.message());
}

} // namespace taleus::hooks
