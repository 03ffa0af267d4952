// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/grpc_log.h"

#include <atomic>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "grpc/support/log.h"

namespace cache_invalidation::rpc {
namespace {

// gRPC's hook has no argument for it.
std::atomic<journal::Journal*> destination = nullptr;

journal::Level LevelOf(gpr_log_severity severity) {
  switch (severity) {
    case GPR_LOG_SEVERITY_DEBUG:
      return journal::Level::kDebug;
    case GPR_LOG_SEVERITY_INFO:
      return journal::Level::kInfo;
    case GPR_LOG_SEVERITY_ERROR:
      return journal::Level::kError;
  }
  return journal::Level::kError;
}

void Report(gpr_log_func_args* entry) {
  journal::Journal& journal = *destination;
  const journal::Level level = LevelOf(entry->severity);
  if (!journal.Takes(level)) return;
  absl::string_view file = entry->file;
  file.remove_prefix(file.rfind('/') + 1);  // all of it if there is none
  journal.Write({level, absl::StrCat("gRPC ", file, ":", entry->line), {}, entry->message});
}

}  // namespace

void ReportGrpcLog(journal::Journal& journal) {
  destination = &journal;
  gpr_set_log_function(Report);
}

}  // namespace cache_invalidation::rpc
