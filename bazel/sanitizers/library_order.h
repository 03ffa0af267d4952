#ifndef CACHE_INVALIDATION_BAZEL_SANITIZERS_LIBRARY_ORDER_H_
#define CACHE_INVALIDATION_BAZEL_SANITIZERS_LIBRARY_ORDER_H_

#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

// Debian's Abseil and gRPC are not instrumented: ThreadSanitizer sees what their headers' inline
// code and our reactions do on each thread, but not what orders one thread after the other. The
// files here define some functions of those libraries once more, in the program, where they take
// precedence: each tells TSan of the order that the library is about to make, or has made, and
// calls the library's own function. They add only order that really exists, so they hide no race of
// ours, and thanks to them a report needs no suppression.

namespace cache_invalidation {

// The library's own definition of a function that is defined here too.
template <typename Function>
Function* InLibrary(const char* mangled_name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, mangled_name));
}

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_BAZEL_SANITIZERS_LIBRARY_ORDER_H_
