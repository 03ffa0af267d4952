#ifndef CACHE_INVALIDATION_COMMON_CONDITION_MACRO_H_
#define CACHE_INVALIDATION_COMMON_CONDITION_MACRO_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/condition/expression.h"

namespace cache_invalidation::condition {

// A macro is written like a call, and becomes a node of its own kind when the text is parsed.
struct MacroSignature {
  absl::string_view name;
  // How to write it, for messages: "x.all(name, condition)".
  absl::string_view form;
  bool has_target;
  uint8_t arguments;
  Node::Macro macro;  // unused for has(), which is not a comprehension
};

// All macros, including both forms of map.
absl::Span<const MacroSignature> Macros();

// Returns the macro that such a call denotes; null for an ordinary call. `arguments` does not count
// the target.
const MacroSignature* FindMacro(absl::string_view name, bool has_target, size_t arguments);

// The expansion of a macro: a node and its children.
struct Expansion {
  Node node;
  std::vector<NodeId> children;
};

// `source` is that of the whole call. `arguments` are nodes of `expression` with unresolved names:
// the target, if the macro has one, then the arguments in parentheses.
//
// Returns INVALID_ARGUMENT with the position if an argument is not what the macro requires: the
// name of a variable or a field selection.
absl::StatusOr<Expansion> Expand(const MacroSignature& macro, SourceRange source,
                                 absl::Span<const NodeId> arguments, const Expression& expression);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_MACRO_H_
