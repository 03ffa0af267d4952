// SPDX-License-Identifier: Apache-2.0

#include "tests/truth/taken_back.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/json_value.h"

namespace cache_invalidation::truth {
namespace {

JsonValue* Member(JsonValue::Object& object, absl::string_view name) {
  for (auto& [member, value] : object) {
    if (member == name) return &value;
  }
  return nullptr;
}

bool IsColumn(absl::string_view name) {
  return name != "old" && name != "fields_changed" && name != kUnknownName;
}

bool IsNothing(const JsonValue* value) {
  return value == nullptr || value->is_null() || value->is_unknown();
}

// Changes the old row of an update; `change` gets it and the context.
template <typename Change>
void ChangeOld(client::WriteEvent& write, Change change) {
  JsonValue* old = Member(write.context, "old");
  if (old == nullptr || old->as_object() == nullptr || write.operation != "update") return;
  JsonValue::Object row = *old->as_object();
  change(row);
  *Member(write.context, "old") = JsonValue(std::move(row));
}

void UnknownIsNull(client::WriteEvent& write) {
  ChangeOld(write, [&write](JsonValue::Object& row) {
    for (const auto& [name, value] : write.context) {
      if (!IsColumn(name)) continue;
      JsonValue* old = Member(row, name);
      if (old == nullptr) {
        row.emplace_back(name, JsonValue());
      } else if (old->is_unknown()) {
        *old = JsonValue();
      }
    }
  });
}

void NaNIsNull(client::WriteEvent& write) {
  JsonValue* changed = Member(write.context, "fields_changed");
  if (changed == nullptr || changed->as_list() == nullptr) return;
  JsonValue::List left = *changed->as_list();
  ChangeOld(write, [&](JsonValue::Object& row) {
    for (auto& [name, value] : write.context) {
      JsonValue* old = Member(row, name);
      if (!IsColumn(name) || !IsNothing(&value) || !IsNothing(old)) continue;
      value = JsonValue();
      if (old == nullptr) {
        row.emplace_back(name, JsonValue());
      } else {
        *old = JsonValue();
      }
      left.erase(std::remove(left.begin(), left.end(), JsonValue(name)), left.end());
    }
  });
  *Member(write.context, "fields_changed") = JsonValue(std::move(left));
}

std::string Text(const JsonValue& value) {
  if (value.as_list() != nullptr) {
    return absl::StrCat("{",
                        absl::StrJoin(*value.as_list(), ",",
                                      [](std::string* out, const JsonValue& element) {
                                        absl::StrAppend(out, Text(element));
                                      }),
                        "}");
  }
  if (value.as_string() != nullptr) return *value.as_string();
  if (value.as_number() != nullptr) return absl::StrCat(*value.as_number());
  return "NULL";
}

void ArrayIsText(JsonValue::Object& row) {
  for (auto& [name, value] : row) {
    if (IsColumn(name) && value.as_list() != nullptr) value = JsonValue(Text(value));
  }
}

}  // namespace

std::optional<Fault> FaultOf(absl::string_view name) {
  if (name == "none") return Fault::kNone;
  if (name == "unknown_is_null") return Fault::kUnknownIsNull;
  if (name == "nan_is_null") return Fault::kNaNIsNull;
  if (name == "array_is_text") return Fault::kArrayIsText;
  return std::nullopt;
}

void PutBack(Fault fault, std::vector<client::WriteEvent>& writes) {
  for (client::WriteEvent& write : writes) {
    switch (fault) {
      case Fault::kNone:
        break;
      case Fault::kUnknownIsNull:
        UnknownIsNull(write);
        break;
      case Fault::kNaNIsNull:
        NaNIsNull(write);
        break;
      case Fault::kArrayIsText:
        ArrayIsText(write.context);
        if (JsonValue* old = Member(write.context, "old");
            old != nullptr && old->as_object() != nullptr) {
          JsonValue::Object row = *old->as_object();
          ArrayIsText(row);
          *Member(write.context, "old") = JsonValue(std::move(row));
        }
        break;
    }
  }
}

}  // namespace cache_invalidation::truth
