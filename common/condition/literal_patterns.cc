#include "common/condition/literal_patterns.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/condition/limits.h"
#include "common/condition/regex.h"
#include "common/condition/source_error.h"

namespace cache_invalidation::condition {
namespace {

// Null if there is none.
const Node* LiteralPatternOf(const Node& node, const Expression& expression) {
  if (node.kind != Node::Kind::kCall || node.function != Function::kMatches) return nullptr;
  if (node.children.size() != 2) return nullptr;
  const Node& pattern = expression.node(node.children[1]);
  const bool is_literal =
      pattern.kind == Node::Kind::kLiteral && pattern.literal.is(Value::Kind::kString);
  return is_literal ? &pattern : nullptr;
}

}  // namespace

absl::Status CompileLiteralPatterns(ExpressionBuilder& builder) {
  const Expression& expression = builder.expression();
  absl::Status first_error;
  size_t compiled = 0;
  for (NodeId id = 0; id < expression.size(); ++id) {
    const Node* pattern = LiteralPatternOf(expression.node(id), expression);
    if (pattern == nullptr) continue;
    absl::Status error;
    if (compiled == kMaxCompiledRegexes) {
      error = absl::InvalidArgumentError(
          absl::StrCat("expected at most ", kMaxCompiledRegexes, " patterns"));
    } else if (auto regex = Regex::Compile(pattern->literal.as_text()); regex.ok()) {
      builder.node(id).regex = builder.Keep(*std::move(regex));
      ++compiled;
    } else {
      error = regex.status();
    }
    if (!error.ok() && first_error.ok()) {
      first_error = ErrorAt(builder.text(), pattern->source.begin, error.message());
    }
  }
  return first_error;
}

}  // namespace cache_invalidation::condition
