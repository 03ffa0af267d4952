#include <cstddef>

#include "absl/types/span.h"
#include "common/condition/errors.h"
#include "common/condition/evaluation.h"
#include "common/condition/map.h"

namespace cache_invalidation::condition {
namespace {

using Kind = Value::Kind;

Value ElementOf(Value range, size_t index) {
  return range.is(Kind::kMap) ? range.EntryAt(index).first : range.ElementAt(index);
}

absl::string_view NameOf(Node::Macro macro) {
  switch (macro) {
    case Node::Macro::kAll:
      return "all()";
    case Node::Macro::kExists:
      return "exists()";
    case Node::Macro::kExistsOne:
      return "exists_one()";
    case Node::Macro::kFilter:
      return "filter()";
    default:
      return "map()";
  }
}

}  // namespace

Value Evaluation::OfComprehension(const Node& node) {
  const Value range = Of(node.children[0]);
  if (range.is_error()) return range;
  if (!range.is(Kind::kList) && !range.is(Kind::kMap)) {
    return NoSuchOverload(NameOf(node.macro), range, budget_);
  }
  if (range.is(Kind::kMap) && !KeysAreKnown(range, budget_)) return Value::Unknown();
  switch (node.macro) {
    case Node::Macro::kAll:
      return OfAllOrExists(node, range, false);
    case Node::Macro::kExists:
      return OfAllOrExists(node, range, true);
    case Node::Macro::kExistsOne:
      return OfExistsOne(node, range);
    default:
      return OfFilterOrMap(node, range);
  }
}

Value Evaluation::OfAllOrExists(const Node& node, Value range, bool decisive) {
  Value error;
  for (size_t i = 0; i < range.size(); ++i) {
    if (!budget_.Spend(1)) return Budget::TooExpensive();
    bound_[node.slot] = ElementOf(range, i);
    const Value holds = Of(node.children[1]);
    if (holds.is(Kind::kBool)) {
      if (holds.as_bool() == decisive) return holds;
      continue;
    }
    if (error.is_error()) continue;
    error = holds.is_error() ? holds : NoSuchOverload(NameOf(node.macro), holds, budget_);
  }
  return error.is_error() ? error : Value::Bool(!decisive);
}

Value Evaluation::OfExistsOne(const Node& node, Value range) {
  int found = 0;
  for (size_t i = 0; i < range.size(); ++i) {
    if (!budget_.Spend(1)) return Budget::TooExpensive();
    bound_[node.slot] = ElementOf(range, i);
    const Value holds = Of(node.children[1]);
    if (holds.is_error()) return holds;
    if (!holds.is(Kind::kBool)) return NoSuchOverload(NameOf(node.macro), holds, budget_);
    found += holds.as_bool() ? 1 : 0;
  }
  return Value::Bool(found == 1);
}

Value Evaluation::OfFilterOrMap(const Node& node, Value range) {
  const bool filters = node.macro != Node::Macro::kMap;
  const bool maps = node.macro != Node::Macro::kFilter;
  // As many as could be: the bodies allocate behind it.
  Value* elements = budget_.arena().Allocate<Value>(range.size());
  if (elements == nullptr) return Budget::OutOfMemory();
  size_t size = 0;
  for (size_t i = 0; i < range.size(); ++i) {
    if (!budget_.Spend(1)) return Budget::TooExpensive();
    const Value element = ElementOf(range, i);
    bound_[node.slot] = element;
    if (filters) {
      const Value holds = Of(node.children[1]);
      if (holds.is_error()) return holds;
      if (!holds.is(Kind::kBool)) return NoSuchOverload(NameOf(node.macro), holds, budget_);
      if (!holds.as_bool()) continue;
    }
    const Value result = maps ? Of(node.children.back()) : element;
    if (result.is_error()) return result;
    elements[size++] = result;
  }
  return Value::List(absl::MakeConstSpan(elements, size));
}

}  // namespace cache_invalidation::condition
