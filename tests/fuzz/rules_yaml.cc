// SPDX-License-Identifier: Apache-2.0

// Any bytes as declarations, as `cachectl apply` reads them: accepted, or refused with the line;
// what was accepted reads the same when it is written as JSON.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "client/declarations.h"
#include "common/check.h"

namespace cache_invalidation::client {
namespace {

void Read(const std::string& yaml) {
  DeclarationsError error;
  const absl::StatusOr<Declarations> declarations = ParseDeclarations(yaml, &error);
  Check(LineOf(yaml, "rules[1].relationships[0].name") >= 1, "every path leads to a line");
  if (!declarations.ok()) {
    Check(declarations.status().code() == absl::StatusCode::kInvalidArgument,
          "a refusal is INVALID_ARGUMENT");
    Check(absl::StartsWith(declarations.status().message(), "line ") && error.line >= 1,
          "a refusal says where");
    return;
  }
  const auto again = ParseDeclarations(ToJson(*declarations));
  Check(again.ok(), "what was written as JSON can be read");
  Check(*again == *declarations, "what was written as JSON reads the same");
}

}  // namespace
}  // namespace cache_invalidation::client

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cache_invalidation::client::Read(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
