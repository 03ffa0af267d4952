// SPDX-License-Identifier: Apache-2.0

#include "client/internal/log.h"

#include <memory>
#include <string>
#include <utility>

#include "client/logging.h"
#include "common/mutex.h"
#include "grpc/support/log.h"

namespace cache_invalidation::client {
namespace {

using Sink = std::function<void(const LogEntry&)>;

struct CurrentSink {
  Mutex mutex;
  std::shared_ptr<const Sink> sink ABSL_GUARDED_BY(mutex);
};

// Never destroyed: gRPC logs until the process ends.
CurrentSink& TheSink() {
  static CurrentSink& sink = *new CurrentSink();
  return sink;
}

LogSeverity FromGrpc(gpr_log_severity severity) {
  switch (severity) {
    case GPR_LOG_SEVERITY_DEBUG:
      return LogSeverity::kDebug;
    case GPR_LOG_SEVERITY_INFO:
      return LogSeverity::kInfo;
    case GPR_LOG_SEVERITY_ERROR:
      break;
  }
  return LogSeverity::kError;
}

gpr_log_severity ToGrpc(LogSeverity severity) {
  switch (severity) {
    case LogSeverity::kDebug:
      return GPR_LOG_SEVERITY_DEBUG;
    case LogSeverity::kInfo:
      return GPR_LOG_SEVERITY_INFO;
    case LogSeverity::kError:
      break;
  }
  return GPR_LOG_SEVERITY_ERROR;
}

void PassOn(gpr_log_func_args* entry) {
  std::shared_ptr<const Sink> sink;
  {
    CurrentSink& current = TheSink();
    MutexLock lock(current.mutex);
    sink = current.sink;
  }
  if (sink == nullptr) return;  // it was taken away just now
  (*sink)({.severity = FromGrpc(entry->severity),
           .file = entry->file,
           .line = entry->line,
           .message = entry->message});
}

}  // namespace

void SetLogSink(std::function<void(const LogEntry&)> sink, LogSeverity least) {
  std::shared_ptr<const Sink> replaced;  // declared before the lock: destroyed without it
  if (sink) replaced = std::make_shared<const Sink>(std::move(sink));
  CurrentSink& current = TheSink();
  MutexLock lock(current.mutex);
  gpr_set_log_verbosity(ToGrpc(least));
  gpr_set_log_function(replaced != nullptr ? PassOn : nullptr);
  replaced.swap(current.sink);
}

namespace internal {

void Log(LogSeverity severity, absl::string_view message) {
  gpr_log(__FILE__, __LINE__, ToGrpc(severity), "%s", std::string(message).c_str());
}

}  // namespace internal

}  // namespace cache_invalidation::client
