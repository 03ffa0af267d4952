#include "server/engine/tag_template.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/limits.h"
#include "common/names.h"
#include "common/tag.h"

namespace cache_invalidation::engine {
namespace {

constexpr absl::string_view kResourceId = "resource_id";
constexpr absl::string_view kContextPrefix = "context.";
constexpr absl::string_view kOld = "old";

// The tag in front of what `start` ends with, a piece of a template up to a placeholder.
absl::string_view TagInFront(absl::string_view start) { return start.substr(0, start.rfind(':')); }

const JsonValue* FindPath(const JsonValue* value, const std::vector<std::string>& path) {
  for (const std::string& name : path) {
    if (value == nullptr) return nullptr;
    value = value->Find(name);
  }
  return value;
}

// The text of one value, or why it has none.
Unresolved TextOf(const JsonValue& value, std::string& text) {
  if (const std::string* string = value.as_string()) {
    if (string->empty()) return Unresolved::kEmpty;
    if (!CheckText(*string, 1, kMaxTagBytes).ok()) return Unresolved::kNoTag;
    AppendEscapedTagValue(*string, text);
  } else if (const double* number = value.as_number()) {
    if (std::floor(*number) != *number) return Unresolved::kFraction;
    if (std::abs(*number) > kMaxExactInteger) return Unresolved::kHugeNumber;
    absl::StrAppend(&text, static_cast<int64_t>(*number));
  } else if (const bool* boolean = value.as_bool()) {
    absl::StrAppend(&text, *boolean ? "true" : "false");
  } else if (value.as_object() != nullptr) {
    return Unresolved::kObject;
  } else {
    return value.as_list() != nullptr ? Unresolved::kNestedList : Unresolved::kNull;
  }
  return Unresolved::kNo;
}

}  // namespace

// What a placeholder stands for in one write.
struct TagTemplate::Values {
  std::vector<std::string> texts;    // escaped, sorted, each once
  Unresolved why = Unresolved::kNo;  // of the first value without text

  void Add(const JsonValue& value) {
    std::string text;
    if (const Unresolved no = TextOf(value, text); no == Unresolved::kNo) {
      texts.push_back(std::move(text));
    } else {
      Miss(no);
    }
  }
  void AddAll(const JsonValue& value) {
    const JsonValue::List* list = value.as_list();
    if (list == nullptr) return Add(value);
    if (list->empty()) Miss(Unresolved::kEmpty);
    for (const JsonValue& element : *list) Add(element);
  }
  void Miss(Unresolved no) {
    if (why == Unresolved::kNo) why = no;
  }
};

absl::StatusOr<TagTemplate> TagTemplate::Parse(absl::string_view text) {
  if (absl::Status status = CheckText(text, 1, kMaxTemplateBytes); !status.ok()) return status;
  TagTemplate parsed;
  parsed.text_ = std::string(text);
  while (true) {
    const size_t brace = text.find_first_of("{}");
    parsed.literals_.emplace_back(text.substr(0, brace));
    if (brace == absl::string_view::npos) return parsed;
    const size_t end = text.find_first_of("{}", brace + 1);
    if (text[brace] != '{' || end == absl::string_view::npos || text[end] != '}') {
      return absl::InvalidArgumentError(
          "expected every { to be closed by a } and no other braces, for example "
          "\"user_session:{resource_id}\"");
    }
    absl::Status status = parsed.AddPlaceholder(text.substr(brace + 1, end - brace - 1));
    if (!status.ok()) return status;
    text.remove_prefix(end + 1);
  }
}

absl::Status TagTemplate::AddPlaceholder(absl::string_view inside) {
  if (placeholders_.empty() && literals_[0].find(':', 1) == std::string::npos) {
    return absl::InvalidArgumentError(
        "expected a literal tag and \":\" in front of the first placeholder, for example "
        "\"user_session:{resource_id}\": the tag is invalidated where the placeholder has no "
        "value");
  }
  Placeholder placeholder;
  if (inside != kResourceId) {
    const bool context = inside.substr(0, kContextPrefix.size()) == kContextPrefix;
    if (context) placeholder.path = absl::StrSplit(inside.substr(kContextPrefix.size()), '.');
    if (!context || placeholder.path.size() > kMaxTemplatePathNames ||
        std::find(placeholder.path.begin(), placeholder.path.end(), "") != placeholder.path.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected {resource_id} or {context.NAME}, with at most ",
                       kMaxTemplatePathNames, " names separated by \".\", got {", inside, "}"));
    }
  }
  placeholders_.push_back(std::move(placeholder));
  return absl::OkStatus();
}

absl::StatusOr<TagTemplate> TagTemplate::ParseForTarget(absl::string_view text,
                                                        absl::string_view target_type) {
  absl::StatusOr<TagTemplate> parsed = Parse(text);
  if (parsed.ok() && !IsSelfOrAncestor(target_type, parsed->literal_tag())) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a tag below the target type, for example \"", target_type,
                     ":{resource_id}\": the type's tag is invalidated where the template cannot be "
                     "filled in"));
  }
  return parsed;
}

absl::string_view TagTemplate::literal_tag() const {
  return is_literal() ? absl::string_view(text_) : TagInFront(literals_[0]);
}

std::string TagTemplate::placeholder(uint32_t index) const {
  const std::vector<std::string>& path = placeholders_[index].path;
  if (path.empty()) return absl::StrCat("{", kResourceId, "}");
  return absl::StrCat("{", kContextPrefix, absl::StrJoin(path, "."), "}");
}

TagTemplate::Values TagTemplate::ValuesOf(const Placeholder& placeholder,
                                          absl::string_view resource_id,
                                          const JsonSource* context) const {
  Values values;
  if (placeholder.path.empty()) {
    if (resource_id.empty()) return {{}, Unresolved::kEmpty};
    return {{EscapeTagValue(resource_id)}, Unresolved::kNo};
  }
  if (context == nullptr) return {{}, Unresolved::kAbsent};
  const JsonValue& root = context->Get();
  const JsonValue* now = FindPath(&root, placeholder.path);
  const JsonValue* old = FindPath(root.Find(kOld), placeholder.path);
  if (now == nullptr && old == nullptr) values.Miss(Unresolved::kAbsent);
  if (now != nullptr) values.AddAll(*now);
  if (old != nullptr) values.AddAll(*old);
  std::sort(values.texts.begin(), values.texts.end());
  values.texts.erase(std::unique(values.texts.begin(), values.texts.end()), values.texts.end());
  return values;
}

void TagTemplate::Render(absl::string_view resource_id, const JsonSource* context,
                         std::vector<RenderedTag>& tags) const {
  std::vector<Values> values;
  values.reserve(placeholders_.size());
  for (const Placeholder& placeholder : placeholders_) {
    values.push_back(ValuesOf(placeholder, resource_id, context));
  }
  // Too many combinations: the first placeholder with several values counts as not resolved.
  size_t product = 1;
  for (size_t i = 0; i < values.size() && product <= kMaxTagsPerTemplate; ++i) {
    product *= std::max<size_t>(1, values[i].texts.size());
  }
  if (product > kMaxTagsPerTemplate) {
    *std::find_if(values.begin(), values.end(),
                  [](const Values& v) { return v.texts.size() > 1; }) = {{}, Unresolved::kTooMany};
  }

  std::vector<std::string> starts = {literals_[0]};
  for (uint32_t i = 0; i < values.size(); ++i) {
    std::vector<std::string> longer;
    for (const std::string& start : starts) {
      Unresolved why = values[i].why;
      for (const std::string& text : values[i].texts) {
        if (start.size() + text.size() + literals_[i + 1].size() <= kMaxTagBytes) {
          longer.push_back(absl::StrCat(start, text, literals_[i + 1]));
        } else if (why == Unresolved::kNo) {
          why = Unresolved::kNoTag;
        }
      }
      if (why != Unresolved::kNo) tags.push_back({std::string(TagInFront(start)), why, i});
    }
    starts = std::move(longer);
  }
  for (std::string& name : starts) tags.push_back({std::move(name)});
}

std::string DescribeWidening(const TagTemplate& from, const RenderedTag& tag) {
  const std::string placeholder = from.placeholder(tag.placeholder);
  switch (tag.why) {
    case Unresolved::kNo:
      break;
    case Unresolved::kAbsent:
      return absl::StrCat(placeholder, " is absent");
    case Unresolved::kNull:
      return absl::StrCat(placeholder, " is null");
    case Unresolved::kEmpty:
      return absl::StrCat(placeholder, " is empty");
    case Unresolved::kObject:
      return absl::StrCat(placeholder, " is an object");
    case Unresolved::kNestedList:
      return absl::StrCat(placeholder, " holds a list within a list");
    case Unresolved::kFraction:
      return absl::StrCat(placeholder, " is a fraction");
    case Unresolved::kHugeNumber:
      return absl::StrCat(placeholder, " is a number beyond 2^53");
    case Unresolved::kNoTag:
      return absl::StrCat(placeholder, " makes no well-formed tag");
    case Unresolved::kTooMany:
      return absl::StrCat(placeholder, " makes more than ", kMaxTagsPerTemplate, " tags");
    case Unresolved::kUnscoped:
      return "reached without the written id";
  }
  return "";
}

}  // namespace cache_invalidation::engine
