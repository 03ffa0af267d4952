#include "common/json_value.h"

#include <algorithm>

namespace cache_invalidation {

JsonValue::JsonValue(Object value) {
  std::stable_sort(value.begin(), value.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  Object members;
  members.reserve(value.size());
  for (auto& member : value) {
    if (!members.empty() && members.back().first == member.first) {
      members.back() = std::move(member);
    } else {
      members.push_back(std::move(member));
    }
  }
  value_ = std::move(members);
}

const JsonValue* JsonValue::Find(absl::string_view name) const {
  const Object* members = as_object();
  if (members == nullptr) return nullptr;
  const auto it = std::lower_bound(
      members->begin(), members->end(), name,
      [](const auto& member, absl::string_view wanted) { return member.first < wanted; });
  return it != members->end() && it->first == name ? &it->second : nullptr;
}

}  // namespace cache_invalidation
