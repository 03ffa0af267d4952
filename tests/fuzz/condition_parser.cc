// SPDX-License-Identifier: Apache-2.0

// Any bytes as a condition: the parser accepts or refuses them, and what it reports about them is
// correct.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "common/check.h"
#include "common/condition/expression.h"
#include "common/condition/limits.h"
#include "common/condition/parser.h"
#include "common/names.h"

namespace cache_invalidation::condition {
namespace {

// Longer than a position, a name cut short and a few words never get.
constexpr size_t kLongestMessage = 1'000;

void CheckRefusal(const absl::Status& status) {
  Check(status.code() == absl::StatusCode::kInvalidArgument, "a refusal is INVALID_ARGUMENT");
  Check(status.message().size() <= kLongestMessage, "a refusal is short");
  Check(IsUtf8(status.message()), "a refusal is UTF-8: it goes into a gRPC status");
}

void CheckTree(const Expression& expression, absl::string_view text) {
  Check(expression.text() == text, "an expression keeps its text");
  Check(expression.size() > 0, "an expression has a node");
  Check(expression.size() <= kMaxExpressionNodes, "the number of nodes is bounded");
  for (NodeId id = 0; id < expression.size(); ++id) {
    const Node& node = expression.node(id);
    Check(node.source.begin <= node.source.end && node.source.end <= text.size(),
          "a node came from a part of the text");
    Check(absl::StrContains(text, expression.TextOf(id)), "the text of a node is a part of it");
    for (const NodeId child : node.children) Check(child < id, "children stand before parents");
  }
}

void ParseWith(absl::string_view text, const ParseOptions& options) {
  const absl::StatusOr<std::shared_ptr<const Expression>> expression = Parse(text, options);
  if (expression.ok()) {
    CheckTree(**expression, text);
  } else {
    CheckRefusal(expression.status());
  }
}

}  // namespace
}  // namespace cache_invalidation::condition

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cache_invalidation::condition;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  ParseWith(text,
            {.variables = {"a", "a.b", "x.y.a", "context"}, .container = "x.y", .check = false});
  ParseWith(text, {.variables = {"operation", "tags", "context"}, .check = true});
  return 0;
}
