// SPDX-License-Identifier: Apache-2.0

#include "server/engine/tag_template.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/limits.h"
#include "common/names.h"
#include "common/tag.h"

namespace cache_invalidation::engine {
namespace {

constexpr absl::string_view kResourceId = "resource_id";
constexpr absl::string_view kContextPrefix = "context.";

// The tag in front of the last segment of `start`, the text of a template up to a placeholder.
absl::string_view TagInFront(absl::string_view start) { return start.substr(0, start.rfind(':')); }

// Splits at "|": sets `name` to the part in front and returns the choice after it.
absl::StatusOr<NullChoice> TakeNullChoice(absl::string_view inside, absl::string_view& name) {
  const size_t bar = inside.find('|');
  name = inside.substr(0, bar);
  if (bar == absl::string_view::npos) return NullChoice::kWiden;
  if (name == kResourceId) {
    return absl::InvalidArgumentError(absl::StrCat(
        "{resource_id} is never null: expected no choice after it, got {", inside, "}"));
  }
  const absl::string_view choice = inside.substr(bar + 1);
  if (choice == "null=skip") return NullChoice::kSkip;
  if (choice == "null=tag") return NullChoice::kTag;
  return absl::InvalidArgumentError(
      absl::StrCat("expected null=skip or null=tag after \"|\", got {", inside, "}"));
}

}  // namespace

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
        "\"user_session:{resource_id}\": the tag is invalidated if the placeholder has no "
        "value");
  }
  absl::string_view name;
  const absl::StatusOr<NullChoice> null_choice = TakeNullChoice(inside, name);
  if (!null_choice.ok()) return null_choice.status();
  Placeholder placeholder{.text = std::string(inside), .path = {}, .null_choice = *null_choice};
  if (name != kResourceId) {
    const bool context = absl::ConsumePrefix(&name, kContextPrefix);
    if (context) placeholder.path = absl::StrSplit(name, '.');
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
                     ":{resource_id}\": the type's tag is invalidated if the template cannot be "
                     "filled in"));
  }
  return parsed;
}

absl::string_view TagTemplate::literal_tag() const {
  return is_literal() ? absl::string_view(text_) : TagInFront(literals_[0]);
}

bool TagTemplate::names_resource_id() const {
  return std::any_of(placeholders_.begin(), placeholders_.end(),
                     [](const Placeholder& placeholder) { return placeholder.path.empty(); });
}

std::string TagTemplate::placeholder(uint32_t index) const {
  return absl::StrCat("{", placeholders_[index].text, "}");
}

bool TagTemplate::Take(const std::vector<const TagValues*>& values, WorkBudget& budget) const {
  // The texts up to a placeholder: their number and their total bytes.
  uint64_t count = 1;
  uint64_t bytes = literals_[0].size();
  uint64_t all = 0;
  uint64_t all_bytes = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const std::vector<std::string>& texts = values[i]->texts;
    uint64_t added = texts.size() * literals_[i + 1].size();
    for (const std::string& text : texts) added += text.size();
    bytes = bytes * texts.size() + count * added;
    all += count * texts.size();
    if (values[i]->why != Unresolved::kNo) all += count;  // the tags in front of it
    all_bytes += bytes;
    count *= texts.size();
  }
  return budget.Expand(all, all_bytes);
}

void TagTemplate::Render(WriteValues& write, std::vector<RenderedTag>& tags) const {
  WorkBudget& budget = write.budget();
  budget.Step();
  if (is_literal()) return tags.push_back({text_});
  if (budget.is_coarse()) {
    return tags.push_back({std::string(literal_tag()), Unresolved::kSpent});
  }
  static const TagValues kTooManyValues = {{}, Unresolved::kTooMany};
  std::vector<const TagValues*> values;
  values.reserve(placeholders_.size());
  for (const Placeholder& placeholder : placeholders_) {
    budget.Step();
    values.push_back(placeholder.path.empty()
                         ? &write.OfId()
                         : &write.At(placeholder.text, placeholder.path, placeholder.null_choice));
    if (values.back()->empty()) return;
  }
  // Too many combinations: the first placeholder with several values counts as not resolved.
  size_t product = 1;
  for (size_t i = 0; i < values.size() && product <= kMaxTagsPerTemplate; ++i) {
    product *= std::max<size_t>(1, values[i]->texts.size());
  }
  if (product > kMaxTagsPerTemplate) {
    *std::find_if(values.begin(), values.end(),
                  [](const TagValues* v) { return v->texts.size() > 1; }) = &kTooManyValues;
  }
  if (!Take(values, budget)) {
    return tags.push_back({std::string(literal_tag()), Unresolved::kSpent});
  }
  std::vector<std::string> starts = {literals_[0]};
  for (uint32_t i = 0; i < values.size(); ++i) {
    std::vector<std::string> longer;
    for (const std::string& start : starts) {
      Unresolved why = values[i]->why;
      for (const std::string& text : values[i]->texts) {
        if (start.size() + text.size() + literals_[i + 1].size() <= kMaxTagBytes) {
          longer.push_back(absl::StrCat(start, text, literals_[i + 1]));
        } else if (why == Unresolved::kNo) {
          why = Unresolved::kNoTag;
        }
      }
      if (why != Unresolved::kNo) {
        tags.push_back({std::string(FirstLevels(TagInFront(start))), why, i});
      }
    }
    starts = std::move(longer);
  }
  const auto last = static_cast<uint32_t>(placeholders_.size() - 1);
  for (std::string& name : starts) {
    const size_t size = FirstLevels(name).size();
    const Unresolved why = size < name.size() ? Unresolved::kNoTag : Unresolved::kNo;
    name.resize(size);
    tags.push_back({std::move(name), why, last});
  }
}

std::string DescribeWidening(const TagTemplate& from, const RenderedTag& tag) {
  if (tag.why == Unresolved::kSpent) return "the command names too many tags";
  if (tag.why == Unresolved::kUnscoped) return "reached without the written id";
  const std::string placeholder = from.placeholder(tag.placeholder);
  if (tag.why == Unresolved::kTooMany) {
    return absl::StrCat(placeholder, " makes more than ", kMaxTagsPerTemplate, " tags");
  }
  constexpr absl::string_view kReasons[] = {"",
                                            " is absent",
                                            " is not known",
                                            " changed, and only one of its values is given",
                                            " is null",
                                            " is empty",
                                            " is an object",
                                            " holds a list within a list",
                                            " is a fraction",
                                            " is a number beyond 2^53-1",
                                            " makes no well-formed tag"};
  static_assert(std::size(kReasons) == static_cast<size_t>(Unresolved::kTooMany));
  return absl::StrCat(placeholder, kReasons[static_cast<size_t>(tag.why)]);
}

}  // namespace cache_invalidation::engine
