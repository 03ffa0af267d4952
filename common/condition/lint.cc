// SPDX-License-Identifier: Apache-2.0

#include "common/condition/condition.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/condition/decimal.h"
#include "common/limits.h"

namespace cache_invalidation::condition {
namespace {

using Kind = Node::Kind;
using Names = std::set<absl::string_view>;

constexpr absl::string_view kContext = "context";
constexpr absl::string_view kOld = "old";
constexpr absl::string_view kOperation = "operation";
constexpr absl::string_view kTags = "tags";
constexpr absl::string_view kFieldsChanged = "fields_changed";

// The fields that an expression reads.
class Reads {
 public:
  explicit Reads(const Expression& expression) : expression_(expression) {
    for (NodeId id = 0; id < expression.size(); ++id) Visit(id);
  }

  // Fields of `context`, including those that are only tested with has() or `in`.
  const Names& tested_or_read() const { return tested_or_read_; }
  // Fields of `context` whose value is read.
  const Names& read() const { return read_; }
  // Fields of `context.old`.
  const Names& old() const { return old_; }
  // Whether `context` or `context.old` is used as a whole, so that any field may be read.
  bool whole() const { return whole_; }

 private:
  bool IsContext(NodeId id) const {
    const Node& node = expression_.node(id);
    return node.kind == Kind::kIdentifier && node.scope == Node::Scope::kVariable &&
           node.name == kContext;
  }

  // A field access, `.name` or `["name"]`: the name, and the node whose field it is.
  struct Field {
    NodeId of;
    absl::string_view name;
  };
  std::optional<Field> FieldAt(NodeId id) const {
    const Node& node = expression_.node(id);
    if (node.kind == Kind::kSelect || node.kind == Kind::kHas) {
      return Field{node.children[0], node.name};
    }
    if (node.kind == Kind::kIndex) return Named(node.children[1], node.children[0]);
    if (node.kind == Kind::kCall && node.function == Function::kIn) {
      return Named(node.children[0], node.children[1]);
    }
    return std::nullopt;
  }

  std::optional<Field> Named(NodeId name, NodeId of) const {
    const Node& node = expression_.node(name);
    if (node.kind != Kind::kLiteral || !node.literal.is(Value::Kind::kString)) return std::nullopt;
    return Field{of, node.literal.as_text()};
  }

  bool IsOld(NodeId id) const {
    const std::optional<Field> field = FieldAt(id);
    return field.has_value() && field->name == kOld && IsContext(field->of);
  }

  void Visit(NodeId id) {
    const Node& node = expression_.node(id);
    const std::optional<Field> field = FieldAt(id);
    for (const NodeId child : node.children) {
      const bool named = field.has_value() && field->of == child;
      if (!named && (IsContext(child) || (IsOld(child) && IsValue(child)))) whole_ = true;
    }
    if (!field.has_value()) return;
    if (IsContext(field->of)) {
      tested_or_read_.insert(field->name);
      if (IsValue(id)) read_.insert(field->name);
    } else if (IsOld(field->of)) {
      old_.insert(field->name);
    }
  }

  // Whether the value of the field is read, not only its presence.
  bool IsValue(NodeId id) const {
    const Kind kind = expression_.node(id).kind;
    return kind == Kind::kSelect || kind == Kind::kIndex;
  }

  const Expression& expression_;
  Names tested_or_read_;
  Names read_;
  Names old_;
  bool whole_ = false;
};

std::string Quoted(const Names& names) {
  return absl::StrJoin(names, ", ", [](std::string* out, absl::string_view name) {
    absl::StrAppend(out, "`", name, "`");
  });
}

void LintVariables(const Reads& reads, absl::Span<const absl::string_view> variables,
                   std::vector<Remark>& remarks) {
  for (const absl::string_view variable : variables) {
    if (variable == kContext || reads.tested_or_read().count(variable) == 0) continue;
    remarks.push_back(
        {Remark::Kind::kContextVariable,
         absl::StrCat("`context.", variable, "` is a field of the context; the variable of the ",
                      "write is `", variable,
                      "`. If the context has no such field, the condition cannot be evaluated and "
                      "the rule fires on every write")});
    return;
  }
}

// The name of the variable if the node is one other than `context`; otherwise empty.
absl::string_view VariableAt(const Expression& expression, NodeId id) {
  const Node& node = expression.node(id);
  const bool is_one = node.kind == Kind::kIdentifier && node.scope == Node::Scope::kVariable &&
                      node.name != kContext;
  return is_one ? node.name : absl::string_view();
}

// Whether it is an integer that doubles do not have, nor all of its neighbours.
bool IsBeyondDoubles(const Value& value) {
  constexpr auto kLargest = static_cast<int64_t>(kMaxExactInteger);
  if (value.is(Value::Kind::kUint)) return value.as_uint() > static_cast<uint64_t>(kLargest);
  return value.is(Value::Kind::kInt) && (value.as_int() > kLargest || value.as_int() < -kLargest);
}

// Returns why the variable never equals the literal, or an empty text if it may.
std::string WhyNeverEqual(absl::string_view variable, const Expression& expression, NodeId id) {
  const Node& node = expression.node(id);
  if (node.kind != Kind::kLiteral) return "";
  const absl::string_view text = expression.TextOf(id);
  if (variable == kTags) {
    return absl::StrCat("`tags` is a list and never equals ", text, "; `", text,
                        " in tags` asks whether the writer named it");
  }
  // Integers of any size come as text; those that a double cannot hold are compared with it.
  if (IsBeyondDoubles(node.literal)) return "";
  if (!node.literal.is(Value::Kind::kString)) {
    return absl::StrCat("`", variable, "` is text and never equals ", text,
                        "; text is written in quotes");
  }
  const std::string lower = absl::AsciiStrToLower(node.literal.as_text());
  const bool is_usual = lower == "insert" || lower == "update" || lower == "delete";
  if (variable != kOperation || !is_usual || lower == node.literal.as_text()) return "";
  return absl::StrCat("the comparison is case-sensitive, and `operation` is usually \"", lower,
                      "\"; do the writers of this namespace use ", text, "?");
}

// Comparisons with == or != and tests with `in`, where one side is a variable of the write.
void LintEquality(const Expression& expression, std::vector<Remark>& remarks) {
  for (NodeId id = 0; id < expression.size(); ++id) {
    const Node& node = expression.node(id);
    if (node.kind != Kind::kCall || node.children.size() != 2) continue;
    std::string why;
    const auto compare = [&](NodeId one, NodeId other) {
      const absl::string_view variable = VariableAt(expression, one);
      if (why.empty() && !variable.empty()) why = WhyNeverEqual(variable, expression, other);
    };
    if (node.function == Function::kEquals || node.function == Function::kNotEquals) {
      compare(node.children[0], node.children[1]);
      compare(node.children[1], node.children[0]);
    } else if (node.function == Function::kIn &&
               expression.node(node.children[1]).kind == Kind::kList) {
      for (const NodeId element : expression.node(node.children[1]).children) {
        compare(node.children[0], element);
      }
    }
    if (why.empty()) continue;
    remarks.push_back({Remark::Kind::kNeverEqual, std::move(why)});
    return;
  }
}

void LintNumbers(const Expression& expression, std::vector<Remark>& remarks) {
  for (NodeId id = 0; id < expression.size(); ++id) {
    const Node& node = expression.node(id);
    if (node.kind != Kind::kLiteral) continue;
    const Value& value = node.literal;
    if (IsBeyondDoubles(value)) {
      remarks.push_back({Remark::Kind::kUnequalNumber,
                         absl::StrCat("no plain number in a context is ", expression.TextOf(id),
                                      " exactly, since JSON's numbers are doubles; it is compared "
                                      "with text and with {\"$number\": ...} by value")});
      return;
    }
    if (!value.is(Value::Kind::kDouble)) continue;
    const std::optional<Decimal> decimal = ReadDecimal(expression.TextOf(id));
    if (!decimal || decimal->has_double()) continue;
    remarks.push_back({Remark::Kind::kUnequalNumber,
                       absl::StrCat(expression.TextOf(id), " has more digits than a double and is ",
                                    "rounded: it equals its neighbours")});
    return;
  }
}

void LintNewValues(const Reads& reads, std::vector<Remark>& remarks) {
  if (reads.whole() || reads.tested_or_read().count(kFieldsChanged) != 0) return;
  Names alone = reads.read();
  alone.erase(kOld);
  for (const absl::string_view name : reads.old()) alone.erase(name);
  if (alone.empty()) return;
  remarks.push_back({Remark::Kind::kNewValueOnly,
                     absl::StrCat("it reads the new value of ", Quoted(alone),
                                  " and not the old one, so a write by which a row stops meeting "
                                  "the condition does not fire the rule. Is that meant?")});
}

bool IsNeverBoolean(const Expression& expression, NodeId id) {
  const Node& node = expression.node(id);
  switch (node.kind) {
    case Kind::kLiteral:
      return !node.literal.is(Value::Kind::kBool);
    case Kind::kList:
    case Kind::kMap:
      return true;
    case Kind::kComprehension:
      return node.macro >= Node::Macro::kFilter;
    case Kind::kConditional:
      return IsNeverBoolean(expression, node.children[1]) &&
             IsNeverBoolean(expression, node.children[2]);
    case Kind::kCall:
      return node.function == Function::kNegate || node.function == Function::kSize ||
             (node.function >= Function::kAdd && node.function <= Function::kModulo) ||
             (node.function >= Function::kToBytes && node.function != Function::kToDyn);
    default:
      return false;
  }
}

void LintResult(const Expression& expression, std::vector<Remark>& remarks) {
  const NodeId root = expression.root();
  if (!IsNeverBoolean(expression, root)) return;
  remarks.push_back({Remark::Kind::kNotBoolean,
                     absl::StrCat("`", expression.TextOf(root), "` is never true or false, so the ",
                                  "condition cannot be evaluated and the rule fires on every "
                                  "write")});
}

}  // namespace

std::vector<Remark> Lint(const Expression& expression,
                         absl::Span<const absl::string_view> variables) {
  std::vector<Remark> remarks;
  const Reads reads(expression);
  LintVariables(reads, variables, remarks);
  LintEquality(expression, remarks);
  LintNumbers(expression, remarks);
  LintNewValues(reads, remarks);
  LintResult(expression, remarks);
  return remarks;
}

}  // namespace cache_invalidation::condition
