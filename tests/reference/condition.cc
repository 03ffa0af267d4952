// SPDX-License-Identifier: Apache-2.0

#include "tests/reference/condition.h"

#include <optional>

#include "absl/strings/numbers.h"
#include "common/check.h"

namespace cache_invalidation::reference {
namespace {

using engine::WriteEvent;
using Result = ConditionResult;

constexpr absl::string_view kMalformed = "operation = \"delete\"";

Result FromBool(bool value) { return value ? Result::kTrue : Result::kFalse; }

// A member of a context: there is one, there is none (null), or nobody knows.
struct Member {
  const JsonValue* value = nullptr;
  bool known = true;

  bool is_value() const { return known && value != nullptr; }
};

Member MemberOf(const JsonValue* object, absl::string_view name) {
  if (object == nullptr) return {};
  const JsonValue* value = object->Find(name);
  if (value == nullptr) return {nullptr, !object->is_open()};
  return {value, !value->is_unknown()};
}

Member MemberOf(const WriteEvent& write, absl::string_view name) {
  return MemberOf(write.context == nullptr ? nullptr : &write.context->Get(), name);
}

// A number, with a text of few digits or without one.
std::optional<double> NumberOf(const JsonValue& value) {
  if (value.as_number() != nullptr) return *value.as_number();
  double number = 0;
  if (value.number_text() == nullptr || !absl::SimpleAtod(*value.number_text(), &number)) {
    return std::nullopt;
  }
  return number;
}

// The mark of a number with a text that is none: reading it fails.
bool IsNoNumber(const JsonValue& value) {
  return value.is_marked_number() && value.number_text() == nullptr;
}

Result IsDelete(const WriteEvent& write) { return FromBool(write.operation == "delete"); }

Result IsOneOrX(const WriteEvent& write) {
  return FromBool(write.resource_id == "1" || write.resource_id == "x");
}

Result FIsOne(const WriteEvent& write) {
  const Member f = MemberOf(write, "f");
  if (!f.is_value() || IsNoNumber(*f.value)) return Result::kFailed;
  return FromBool(f.value->as_string() != nullptr && *f.value->as_string() == "1");
}

Result HasOtherG(const WriteEvent& write) {
  const Member g = MemberOf(write, "g");
  if (!g.known) return Result::kFailed;
  if (g.value == nullptr) return Result::kFalse;
  if (IsNoNumber(*g.value)) return Result::kFailed;
  return FromBool(NumberOf(*g.value) != 1);
}

Result HasTags(const WriteEvent& write) { return FromBool(!write.tags.empty()); }

Result OldFIsLarge(const WriteEvent& write) {
  const Member f = MemberOf(MemberOf(write, "old").value, "f");
  const std::optional<double> number = f.is_value() ? NumberOf(*f.value) : std::nullopt;
  return number ? FromBool(*number > 1) : Result::kFailed;
}

Result FIsOneOrUpdated(const WriteEvent& write) {
  return write.operation == "update" ? Result::kTrue : FIsOne(write);
}

Result FIsOneAndUpdated(const WriteEvent& write) {
  return write.operation != "update" ? Result::kFalse : FIsOne(write);
}

Result TypeBeginsWithoutA(const WriteEvent& write) {
  return FromBool(write.resource_type.substr(0, 1) != "a");
}

Result NeverABool(const WriteEvent&) { return Result::kFailed; }

struct KnownCondition {
  absl::string_view text;
  Result (*ask)(const WriteEvent&);
};

constexpr KnownCondition kKnown[] = {
    {"operation == \"delete\"", IsDelete},
    {"resource_id in ['1', 'x']", IsOneOrX},
    {"context.f == '1'", FIsOne},
    {"has(context.g) && context.g != 1", HasOtherG},
    {"size(tags) > 0", HasTags},
    {"context.old.f > 1", OldFIsLarge},
    {"context.f == '1' || operation == 'update'", FIsOneOrUpdated},
    {"context.f == '1' && operation == 'update'", FIsOneAndUpdated},
    {"!resource_type.startsWith('a')", TypeBeginsWithoutA},
    {"operation", NeverABool},
};

}  // namespace

const std::vector<std::string>& AllConditions() {
  static const std::vector<std::string>& texts = *[] {
    auto* all = new std::vector<std::string>;
    for (const KnownCondition& known : kKnown) all->emplace_back(known.text);
    all->emplace_back(kMalformed);
    return all;
  }();
  return texts;
}

bool IsMalformed(absl::string_view condition) { return condition == kMalformed; }

ConditionResult Ask(absl::string_view condition, const WriteEvent& write) {
  if (condition.empty()) return Result::kTrue;
  // Which rows a write without an id concerns nobody knows.
  if (write.resource_id.empty()) return Result::kFailed;
  for (const KnownCondition& known : kKnown) {
    if (known.text == condition) return known.ask(write);
  }
  Check(false, "the model knows the conditions that it is asked about");
  return Result::kFailed;
}

}  // namespace cache_invalidation::reference
