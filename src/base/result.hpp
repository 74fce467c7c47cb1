#pragma once
// Operating failures as values. Expected refusals are events of the machines, broken invariants go through `ensure`;
// what is left (a disk, a socket, a parse) is a `Result`, here and in the public interface alike.

#include <taleus/result.hpp>
