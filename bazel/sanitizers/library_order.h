// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_BAZEL_SANITIZERS_LIBRARY_ORDER_H_
#define CACHE_INVALIDATION_BAZEL_SANITIZERS_LIBRARY_ORDER_H_

#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

// Debian's Abseil and gRPC are not instrumented: ThreadSanitizer sees what the inline code of their
// headers and our reactions do on each thread, but not what orders the threads. The files here
// redefine some functions of those libraries in the program, where they take precedence: each
// reports to TSan the order that the library is about to establish, or has established, and calls
// the library's own function. They add only order that really exists, so they hide no race of ours,
// and no report needs a suppression.

namespace cache_invalidation {

// Returns the library's own definition of a function that is redefined here.
template <typename Function>
Function* InLibrary(const char* mangled_name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, mangled_name));
}

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_BAZEL_SANITIZERS_LIBRARY_ORDER_H_
