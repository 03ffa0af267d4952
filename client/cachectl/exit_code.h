#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_EXIT_CODE_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_EXIT_CODE_H_

#include <string>

#include "absl/status/status.h"

namespace cache_invalidation::cachectl {

// The exit codes of cachectl. Scripts rely on them: docs and tests repeat them.
enum class ExitCode {
  kOk = 0,
  // Any other error: an internal error of the service, a file that cannot be read.
  kError = 1,
  // The command line or the content of a file is wrong, or the service refused an argument.
  kUsage = 2,
  // A named object does not exist.
  kNotFound = 3,
  // The request conflicts with the present state: a fill was refused, a value has moved, a limit
  // was reached, a subscriber that the call waited for was late.
  kConflict = 4,
  kPermission = 5,
  // The service cannot be reached, or did not respond in time. Try again.
  kUnavailable = 6,
  // Ended by SIGINT.
  kInterrupted = 130,
};

ExitCode ExitCodeOf(const absl::Status& status);

// Returns the text of an error: gRPC's name of its code, and its message.
std::string Describe(const absl::Status& status);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_EXIT_CODE_H_
