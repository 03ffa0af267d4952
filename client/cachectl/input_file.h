#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_INPUT_FILE_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_INPUT_FILE_H_

#include <istream>
#include <string>

#include "absl/status/statusor.h"

namespace cache_invalidation::cachectl {

// Returns the content of a file; "-" is the standard input. Fails with UNKNOWN if it cannot be
// opened or read.
absl::StatusOr<std::string> ReadInputFile(const std::string& name, std::istream& standard_input);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_INPUT_FILE_H_
