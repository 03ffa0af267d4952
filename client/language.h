// SPDX-License-Identifier: Apache-2.0

// One error below C++20, instead of one for each name that C++17 lacks. Every installed header
// includes this one first; client/install adds that.

#ifndef CACHE_INVALIDATION_CLIENT_LANGUAGE_H_
#define CACHE_INVALIDATION_CLIENT_LANGUAGE_H_

#if __cplusplus < 202002L
#error \
    "cache_invalidation needs C++20: compile with -std=c++20, in CMake by linking CacheInvalidation::client"
// An error of this kind is the last one.
#include <needs_cpp20>
#endif

#endif  // CACHE_INVALIDATION_CLIENT_LANGUAGE_H_
