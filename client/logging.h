// SPDX-License-Identifier: Apache-2.0

// Where the log goes. The SDK logs little: what no call returns, such as a token file that can no
// longer be read. gRPC, below it, logs what goes wrong with connections. By default both write to
// the standard error.
//
//   #include "client/logging.h"
//   using namespace cache_invalidation::client;
//
//   SetLogSink([](const LogEntry& entry) {
//     MyLog(entry.severity == LogSeverity::kError, std::string(entry.message));
//   });

#ifndef CACHE_INVALIDATION_CLIENT_LOGGING_H_
#define CACHE_INVALIDATION_CLIENT_LOGGING_H_

#include <functional>

#include "absl/strings/string_view.h"

namespace cache_invalidation::client {

enum class LogSeverity { kDebug, kInfo, kError };

// Valid until the sink returns.
struct LogEntry {
  LogSeverity severity = LogSeverity::kError;

  // The place in the code that logs: a path of the SDK's or gRPC's sources.
  absl::string_view file = {};
  int line = 0;

  // One line or several, without a line break at the end.
  absl::string_view message = {};
};

// Sends the log of at least this severity to `sink` instead of the standard error; an empty sink
// means the standard error again. Process-wide: it is the log of gRPC, so it includes what an
// application's own use of gRPC logs, and each shared library with a gRPC of its own has its own.
// Once called, the environment variable GRPC_VERBOSITY has no effect.
//
// The sink is called concurrently on any thread, perhaps with locks of gRPC held. So it must not
// block, throw, or use gRPC or this SDK; it passes the entry on.
//
// Thread-safe. An earlier sink can still be running when SetLogSink returns; it is destroyed after
// that.
void SetLogSink(std::function<void(const LogEntry&)> sink, LogSeverity least = LogSeverity::kError);

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_LOGGING_H_
