// SPDX-License-Identifier: Apache-2.0

#include "common/json_value.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace cache_invalidation {
namespace {

// -12, 12.50, 1.5e+20: a number as defined by RFC 8259.
bool IsNumberText(absl::string_view text) {
  const auto digits = [&text] {
    const size_t before = text.size();
    while (!text.empty() && absl::ascii_isdigit(static_cast<unsigned char>(text[0]))) {
      text.remove_prefix(1);
    }
    return before - text.size();
  };
  const auto take = [&text](absl::string_view any_of) {
    const bool taken = !text.empty() && any_of.find(text[0]) != absl::string_view::npos;
    if (taken) text.remove_prefix(1);
    return taken;
  };
  take("-");
  const bool zero = !text.empty() && text[0] == '0';
  const size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (take(".") && digits() == 0) return false;
  if (take("eE")) {
    take("+-");
    if (digits() == 0) return false;
  }
  return text.empty();
}

}  // namespace

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

JsonValue JsonValue::Unknown() { return Object{{std::string(kUnknownName), true}}; }

JsonValue JsonValue::Number(std::string text) {
  return Object{{std::string(kNumberName), std::move(text)}};
}

bool JsonValue::is_unknown() const {
  const Object* object = as_object();
  return object != nullptr && object->size() == 1 && object->front().first == kUnknownName;
}

bool JsonValue::is_marked_number() const {
  const Object* object = as_object();
  return object != nullptr && object->size() == 1 && object->front().first == kNumberName;
}

const std::string* JsonValue::number_text() const {
  if (!is_marked_number()) return nullptr;
  const std::string* text = as_object()->front().second.as_string();
  return text != nullptr && IsNumberText(*text) ? text : nullptr;
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
