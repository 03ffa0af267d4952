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

// A call that is no call: it becomes a node of its own when the text is parsed.
struct MacroSignature {
  absl::string_view name;
  // How it is written, for people: "x.all(name, condition)".
  absl::string_view form;
  bool has_target;
  uint8_t arguments;
  Node::Macro macro;  // of has(), which is no comprehension, without meaning
};

// Every macro, also the two forms of map.
absl::Span<const MacroSignature> Macros();

// The macro that such a call stands for; null if it is an ordinary call. `arguments`: without the
// target.
const MacroSignature* FindMacro(absl::string_view name, bool has_target, size_t arguments);

// What becomes of a macro: a node and its children.
struct Expansion {
  Node node;
  std::vector<NodeId> children;
};

// `source`: of the whole call. `arguments`: what it is called on, if the macro has a target, then
// what stands between the parentheses; nodes of `expression`, with their names unresolved.
//
// INVALID_ARGUMENT with the position if an argument is not what the macro needs: the name of a
// variable, a selection.
absl::StatusOr<Expansion> Expand(const MacroSignature& macro, SourceRange source,
                                 absl::Span<const NodeId> arguments, const Expression& expression);

}  // namespace cache_invalidation::condition

#endif  // CACHE_INVALIDATION_COMMON_CONDITION_MACRO_H_
