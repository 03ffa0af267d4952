// Any bytes as a file of definitions, as `cachectl apply` reads it: accepted, or refused with the
// line; what was accepted reads the same when it is written as JSON.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "client/cachectl/definitions.h"
#include "common/check.h"

namespace cache_invalidation::cachectl {
namespace {

template <typename Type>
std::vector<Type> ValuesOf(const std::vector<Defined<Type>>& defined) {
  std::vector<Type> values;
  for (const Defined<Type>& one : defined) {
    Check(one.line >= 1, "what is defined stands in a line");
    values.push_back(one.value);
  }
  return values;
}

void Read(const std::string& yaml) {
  const absl::StatusOr<Definitions> definitions = ParseDefinitions("file", yaml);
  if (!definitions.ok()) {
    Check(definitions.status().code() == absl::StatusCode::kInvalidArgument,
          "a refusal is INVALID_ARGUMENT");
    Check(absl::StartsWith(definitions.status().message(), "file:"), "a refusal says where");
    return;
  }
  const auto rules = ValuesOf(definitions->rules);
  const auto relationships = ValuesOf(definitions->relationships);
  const auto again = ParseDefinitions("file", DefinitionsToJson(rules, relationships));
  Check(again.ok(), "what was written as JSON can be read");
  Check(ValuesOf(again->rules) == rules && ValuesOf(again->relationships) == relationships,
        "what was written as JSON reads the same");
}

}  // namespace
}  // namespace cache_invalidation::cachectl

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cache_invalidation::cachectl::Read(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
