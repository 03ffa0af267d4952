// SPDX-License-Identifier: Apache-2.0

#include "common/write_event.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace cache_invalidation {
namespace {

// Returns the member that a path begins in. A member with a dot in its name is treated like all
// that begin like it, which is the safe side.
absl::string_view MemberOf(absl::string_view path) {
  return path.substr(0, path.find_first_of(".["));
}

bool IsPath(absl::string_view name) { return name.find_first_of(".[") != absl::string_view::npos; }

bool IsOfConvention(absl::string_view name) {
  return name == kOldName || name == kFieldsChangedName || name == kUnknownName;
}

// Returns the members in which the paths in `fields_changed` begin, each once.
std::set<std::string> MembersOfPaths(const JsonValue& context) {
  std::set<std::string> members;
  const JsonValue* names = context.Find(kFieldsChangedName);
  if (names == nullptr || names->as_list() == nullptr) return members;
  for (const JsonValue& name : *names->as_list()) {
    const std::string* path = name.as_string();
    if (path != nullptr && IsPath(*path)) members.emplace(MemberOf(*path));
  }
  return members;
}

// Adds those members to `fields_changed`, so that they are found by their own names.
void AddMembersOfPaths(JsonValue& context) {
  std::set<std::string> members = MembersOfPaths(context);
  if (members.empty()) return;
  JsonValue& names = *context.FindMutable(kFieldsChangedName);
  JsonValue::List list = *names.as_list();
  for (const JsonValue& name : list) {
    if (name.as_string() != nullptr) members.erase(*name.as_string());
  }
  for (const std::string& member : members) list.emplace_back(member);
  names = std::move(list);
}

// Opens old members that changed inside, because they can be incomplete, like `old` itself.
void OpenMembersOfPaths(JsonValue& old, const JsonValue& context) {
  for (const std::string& name : MembersOfPaths(context)) {
    JsonValue* member = old.FindMutable(name);
    if (member == nullptr || member->as_object() == nullptr || member->is_marked_number()) continue;
    JsonValue::Object members = std::move(*member).TakeObject();
    members.emplace_back(std::string(kUnknownName), true);
    *member = std::move(members);
  }
}

// Returns `old` with what the context implies about the rest of it.
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
  JsonValue complete = std::move(members);
  OpenMembersOfPaths(complete, context);
  return complete;
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
  AddMembersOfPaths(context);
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
