// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_FLAGS_H_
#define CACHE_INVALIDATION_SERVER_FLAGS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/journal/journal_line.h"
#include "server/server.h"

namespace cache_invalidation {

// The values of the command line, but for those of the journal.
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

// A part of ParseFlags (address_flags.cc): takes where to listen, and how connections are
// encrypted. INVALID_ARGUMENT names a flag that does not fit, also an address that other machines
// reach without encryption, unless that was asked for.
absl::Status TakeAddressFlags(ServerOptions& options);

// The flags --log_format and --log_level (log_flags.cc). They are apart from the others because the
// journal has to report that one of those is invalid. REQUIRES: ParseFlags has been called,
// whatever it returned.
journal::Format LogFormat();
journal::Level LogLevel();

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_FLAGS_H_
