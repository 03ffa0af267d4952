#include "server/rpc/grpc_log.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/standard_error.h"
#include "grpc/support/log.h"

namespace cache_invalidation::rpc {
namespace {

void Report(gpr_log_func_args* entry) {
  absl::string_view file = entry->file;
  file.remove_prefix(file.rfind('/') + 1);  // all of it if there is none
  ReportLine(absl::StrCat("gRPC ", gpr_log_severity_string(entry->severity), " ", file, ":",
                          entry->line, "] ", entry->message));
}

}  // namespace

void ReportGrpcLog() { gpr_set_log_function(Report); }

}  // namespace cache_invalidation::rpc
