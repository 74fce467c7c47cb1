#pragma once
/// @file
/// What the shared library shows. Everything else in it is hidden.

/// Marks what programs may link to.
#define TALEUS_EXPORT __attribute__((visibility("default")))
