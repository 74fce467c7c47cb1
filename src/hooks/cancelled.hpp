#pragma once
// Errors of Asio come as values here, but for one: that the task was interrupted goes up to who interrupted it.

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace taleus::hooks {

// Throws where the operation was cancelled.
inline bool has_failed(const boost::system::error_code& error) {
    if (error == boost::asio::error::operation_aborted) throw boost::system::system_error{error};
    return error.failed();
}

} // namespace taleus::hooks
