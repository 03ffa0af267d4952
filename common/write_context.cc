#include "common/write_context.h"

#include <algorithm>
#include <string>
#include <utility>

namespace cache_invalidation {
namespace {

// The member that a path begins in. A member whose own name has a dot shares its fate with all that
// begin like it, which is on the safe side.
absl::string_view MemberOf(absl::string_view path) {
  return path.substr(0, path.find_first_of(".["));
}

bool IsOfConvention(absl::string_view name) {
  return name == kOldName || name == kFieldsChangedName || name == kUnknownName;
}

// With what the context says about the rest of it.
JsonValue CompleteOld(JsonValue old, const JsonValue& context) {
  const FieldsChanged changed(context);
  JsonValue::Object unchanged;
  if (changed.said()) {
    for (const auto& [name, value] : *context.as_object()) {
      if (IsOfConvention(name) || changed.MayInclude(name) || old.Find(name) != nullptr) continue;
      unchanged.emplace_back(name, value);
    }
  }
  JsonValue::Object members = std::move(old).TakeObject();
  members.insert(members.end(), std::make_move_iterator(unchanged.begin()),
                 std::make_move_iterator(unchanged.end()));
  members.emplace_back(std::string(kUnknownName), true);
  return members;
}

JsonValue WithoutOld(JsonValue context) {
  JsonValue::Object members = std::move(context).TakeObject();
  std::erase_if(members, [](const auto& member) { return member.first == kOldName; });
  return members;
}

JsonValue WithUnknownOld(JsonValue context) {
  JsonValue::Object members = std::move(context).TakeObject();
  members.emplace_back(std::string(kOldName), JsonValue::Unknown());
  return members;
}

}  // namespace

JsonValue CompleteContext(JsonValue context) {
  JsonValue* old = context.FindMutable(kOldName);
  if (old == nullptr || old->is_null()) {
    if (context.is_open()) return WithUnknownOld(std::move(context));
    return old == nullptr ? context : WithoutOld(std::move(context));
  }
  if (old->as_object() != nullptr && !old->is_unknown()) {
    *old = CompleteOld(std::move(*old), context);
  }
  return context;
}

FieldsChanged::FieldsChanged(const JsonValue& context) {
  const JsonValue* names = context.Find(kFieldsChangedName);
  said_ = names != nullptr;
  const JsonValue::List* list = said_ ? names->as_list() : nullptr;
  if (list == nullptr) return;
  members_.reserve(list->size());
  for (const JsonValue& name : *list) {
    const std::string* text = name.as_string();
    if (text == nullptr) return;
    members_.push_back(MemberOf(*text));
  }
  std::sort(members_.begin(), members_.end());
  readable_ = true;
}

bool FieldsChanged::MayInclude(absl::string_view member) const {
  return !readable_ || std::binary_search(members_.begin(), members_.end(), MemberOf(member));
}

}  // namespace cache_invalidation
