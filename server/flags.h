#ifndef CACHE_INVALIDATION_SERVER_FLAGS_H_
#define CACHE_INVALIDATION_SERVER_FLAGS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/server.h"

namespace cache_invalidation {

// The values of the command line.
struct ParsedFlags {
  ServerOptions options;
  // How long the server is not ready but serves as before, after a stop signal.
  absl::Duration drain_delay;
  absl::Duration shutdown_grace;
  std::string port_file;  // empty: none
};

// Parses the command line: --help, --version and a malformed flag end the process; --flagfile reads
// flags from a file. INVALID_ARGUMENT for an argument that is not a flag, and for invalid values.
absl::StatusOr<ParsedFlags> ParseFlags(int argc, char** argv);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_FLAGS_H_
