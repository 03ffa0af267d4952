#include "common/condition/parser.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/condition/check.h"
#include "common/condition/errors.h"
#include "common/condition/expression.h"
#include "common/condition/lexer.h"
#include "common/condition/literal.h"
#include "common/condition/resolve.h"
#include "common/condition/syntax.h"
#include "common/limits.h"
#include "common/utf8.h"

namespace cache_invalidation::condition {
namespace {

absl::Status CheckUtf8(absl::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = Utf8CharacterBytes(text.substr(at));
    if (bytes == 0) {
      return ErrorAt(text, at, absl::StrCat("expected UTF-8, got ", Quoted(text.substr(at, 1))));
    }
    at += bytes;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Expression>> Parse(absl::string_view text,
                                                        const ParseOptions& options) {
  if (text.size() > kMaxConditionBytes) {
    return absl::InvalidArgumentError(absl::StrCat("expected a condition of at most ",
                                                   kMaxConditionBytes, " bytes, got ", text.size(),
                                                   " bytes"));
  }
  if (absl::Status utf8 = CheckUtf8(text); !utf8.ok()) return utf8;
  absl::StatusOr<std::vector<Token>> tokens = Tokenize(text);
  if (!tokens.ok()) return tokens.status();

  ExpressionBuilder builder(text);
  if (absl::Status syntax = SyntaxParser(*std::move(tokens), builder).Run(); !syntax.ok()) {
    return syntax;
  }
  const NodeId root = builder.expression().root();
  ResolveNames(root, options, builder);
  absl::Status patterns = CompileLiteralPatterns(builder);
  if (options.check) {
    if (absl::Status names = CheckNames(root, builder.expression(), options); !names.ok()) {
      return names;
    }
    if (!patterns.ok()) return patterns;
  }
  return builder.Finish();
}

}  // namespace cache_invalidation::condition
