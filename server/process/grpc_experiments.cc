#include "server/process/grpc_experiments.h"

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace cache_invalidation::process {
namespace {

constexpr char kVariable[] = "GRPC_EXPERIMENTS";
constexpr absl::string_view kReadChunks = "tcp_read_chunks";

}  // namespace

std::string SafeGrpcExperiments(absl::string_view given) {
  if (absl::StrContains(given, kReadChunks)) return std::string(given);
  return absl::StrCat(given, given.empty() ? "" : ",", "-", kReadChunks);
}

void ChooseGrpcExperiments() {
  const char* given = std::getenv(kVariable);
  setenv(kVariable, SafeGrpcExperiments(given == nullptr ? "" : given).c_str(), /*overwrite=*/1);
}

}  // namespace cache_invalidation::process
