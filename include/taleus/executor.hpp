#pragma once
/// @file
/// Where the library calls the application. A listener and a dialer do their own work on threads of their own; hooks,
/// observers and completions run where the application says. `<taleus/asio.hpp>` makes an executor of any of Asio's.

#include <functional>

namespace taleus {

/// A piece of work, to be run once. Destroying it unrun is allowed: what it would have called is then never called.
using Task = std::move_only_function<void()>;

/// Takes tasks and runs them soon: each once, one at a time or several at once as the application likes. Called from
/// threads of the library; it must return at once and not throw, and it must not run the task before it returns when
/// the task's hooks block. Observers are told in the order in which things happened only if tasks run one at a time and
/// in order.
///
/// An empty executor stands for one thread of the library's own, which runs tasks in order: a hook that blocks there
/// holds up other hooks and no session's network.
using Executor = std::function<void(Task)>;

} // namespace taleus
