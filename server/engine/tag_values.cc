// SPDX-License-Identifier: Apache-2.0

#include "server/engine/tag_values.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "common/names.h"
#include "common/tag.h"

namespace cache_invalidation::engine {
namespace {

constexpr absl::string_view kInsert = "insert";
constexpr absl::string_view kDelete = "delete";

// What a context has at a path.
struct Found {
  const JsonValue* value = nullptr;  // null: absent or unknown
  bool known = true;
};

Found FindPath(const JsonValue& root, const std::vector<std::string>& path) {
  const JsonValue* value = &root;
  for (const std::string& name : path) {
    // The path continues inside a text, a number or null: unknown.
    if (value->as_object() == nullptr || value->is_marked_number()) return {nullptr, false};
    const JsonValue* member = value->Find(name);
    if (member == nullptr) return {nullptr, !value->is_open()};
    value = member;
  }
  return {value->is_unknown() ? nullptr : value, !value->is_unknown()};
}

// Collects the texts of values.
class Gathering {
 public:
  explicit Gathering(NullChoice null_choice) : null_choice_(null_choice) {}

  void Add(const Found& found) {
    if (!found.known) Miss(Unresolved::kUnknown);
    if (found.value == nullptr) return;
    const JsonValue::List* list = found.value->as_list();
    if (list == nullptr) return AddOne(*found.value);
    if (list->empty()) Miss(Unresolved::kEmpty);
    for (const JsonValue& element : *list) {
      AddOne(element);
      if (values_.texts.size() > 2 * kMaxTagsPerTemplate && HasTooMany()) return;
    }
  }

  // The number of values that were read.
  size_t read() const { return read_; }

  void Miss(Unresolved why) {
    if (values_.why == Unresolved::kNo) values_.why = why;
  }

  TagValues Finish() && {
    Unite();
    return std::move(values_);
  }

 private:
  void Unite() {
    std::vector<std::string>& texts = values_.texts;
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  }

  // Beyond this number the template is widened anyway, so the remaining values need not be read.
  bool HasTooMany() {
    Unite();
    return values_.texts.size() > kMaxTagsPerTemplate;
  }

  void AddOne(const JsonValue& value) {
    ++read_;
    if (const std::string* string = value.as_string()) {
      AddText(*string);
    } else if (const std::string* digits = value.number_text()) {
      AddText(*digits);
    } else if (const double* number = value.as_number()) {
      AddNumber(*number);
    } else if (const bool* boolean = value.as_bool()) {
      values_.texts.emplace_back(*boolean ? "true" : "false");
    } else if (value.is_null()) {
      AddNull();
    } else if (value.is_unknown()) {
      Miss(Unresolved::kUnknown);
    } else {
      Miss(value.as_list() != nullptr ? Unresolved::kNestedList : Unresolved::kObject);
    }
  }

  void AddText(const std::string& text) {
    if (text.empty()) return Miss(Unresolved::kEmpty);
    if (!CheckText(text, 1, kMaxTagBytes).ok()) return Miss(Unresolved::kNoTag);
    for (std::string& form : FormsOfTagValue(text)) values_.texts.push_back(std::move(form));
  }

  void AddNumber(double number) {
    if (std::floor(number) != number) return Miss(Unresolved::kFraction);
    if (std::abs(number) > kMaxExactInteger) return Miss(Unresolved::kHugeNumber);
    values_.texts.push_back(absl::StrCat(static_cast<int64_t>(number)));
  }

  void AddNull() {
    if (null_choice_ == NullChoice::kWiden) Miss(Unresolved::kNull);
    if (null_choice_ == NullChoice::kTag) values_.texts.emplace_back(kNullTagValue);
  }

  const NullChoice null_choice_;
  TagValues values_;
  size_t read_ = 0;
};

}  // namespace

const TagValues& WriteValues::OfId() {
  if (!id_.has_value()) {
    const absl::string_view id = write_.resource_id;
    id_ = id.empty() ? TagValues{{}, Unresolved::kEmpty}
                     : TagValues{FormsOfTagValue(id), Unresolved::kNo};
  }
  return *id_;
}

const TagValues& WriteValues::At(absl::string_view placeholder,
                                 const std::vector<std::string>& path, NullChoice null_choice) {
  const auto known = known_.find(placeholder);
  if (known != known_.end()) return known->second;
  return known_.emplace(placeholder, Read(path, null_choice)).first->second;
}

TagValues WriteValues::Read(const std::vector<std::string>& path, NullChoice null_choice) {
  if (write_.context == nullptr) return {{}, Unresolved::kAbsent};
  const JsonValue& context = write_.context->Get();
  Gathering gathering(null_choice);
  const Found now = FindPath(context, path);
  gathering.Add(now);
  const JsonValue* old_row = context.Find(kOldName);
  Found old;
  const bool of_a_row = path[0] != kOldName && path[0] != kFieldsChangedName;
  if (of_a_row && old_row != nullptr) {
    old = FindPath(*old_row, path);
    gathering.Add(old);
  }
  budget_.Step(gathering.read());
  const bool has_now = now.value != nullptr || !now.known;
  const bool has_old = old.value != nullptr || !old.known;
  if (!has_now && !has_old) {
    gathering.Miss(Unresolved::kAbsent);
  } else if (of_a_row && ((!has_old && write_.operation != kInsert) ||
                          (!has_now && write_.operation != kDelete))) {
    // Without `fields_changed` the given values are complete.
    if (SaysItChanged(context, path[0])) gathering.Miss(Unresolved::kMoved);
  }
  return std::move(gathering).Finish();
}

bool WriteValues::SaysItChanged(const JsonValue& context, const std::string& member) {
  if (!changed_.has_value()) changed_.emplace(context);
  return changed_->said() && changed_->MayInclude(member);
}

}  // namespace cache_invalidation::engine
