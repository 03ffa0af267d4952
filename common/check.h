// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_CHECK_H_
#define CACHE_INVALIDATION_COMMON_CHECK_H_

#include <cstdio>
#include <cstdlib>

namespace cache_invalidation {

// Prints "file:line: check failed: what" to standard error and aborts.
[[noreturn]] inline void CheckFailed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, what);
  std::abort();
}

// Aborts the process if `condition` is false, in every build. For broken invariants of our own;
// never for input, which gets an absl::Status.
//
//   Check(head >= floor, "the log's head is never below its floor");
//
// `what` states what should have held. `file` and `line` are the caller's; do not pass them.
// Thread-safe.
inline void Check(bool condition, const char* what, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) {
  if (!condition) [[unlikely]] {
    CheckFailed(what, file, line);
  }
}

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_CHECK_H_
