#pragma once
/// @file
/// Everything but `<taleus/asio.hpp>` and `<taleus/testing.hpp>`.

#include <taleus/dialer.hpp>
#include <taleus/listener.hpp>
#include <taleus/ready_hooks.hpp>
#include <taleus/version.hpp>
