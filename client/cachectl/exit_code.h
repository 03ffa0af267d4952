#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_EXIT_CODE_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_EXIT_CODE_H_

#include <string>

#include "absl/status/status.h"

namespace cache_invalidation::cachectl {

// What cachectl ends with. Scripts rely on it: docs and tests say the same.
enum class ExitCode {
  kOk = 0,
  // Anything else: an internal error of the service, a file that cannot be read.
  kError = 1,
  // The command line is wrong, a file does not hold what it should, or the service refused an
  // argument.
  kUsage = 2,
  // What was named is not there.
  kNotFound = 3,
  // What was asked for does not hold (any more): a fill was refused, a value has moved, a limit was
  // reached, a subscriber that was waited for was late.
  kConflict = 4,
  kPermission = 5,
  // The service cannot be reached, or did not answer in time. Try again.
  kUnavailable = 6,
  // Ended by SIGINT.
  kInterrupted = 130,
};

ExitCode ExitCodeOf(const absl::Status& status);

// An error as it is printed: its code by its name in gRPC, and its message.
std::string Describe(const absl::Status& status);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_EXIT_CODE_H_
