// SPDX-License-Identifier: Apache-2.0

#include "tests/reference/rendering.h"

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/names.h"

namespace cache_invalidation::reference {
namespace {

constexpr size_t kMostTags = 1000;
constexpr size_t kLongestTag = 1024;
constexpr size_t kMostLevels = 32;
constexpr double kLargestExact = 9007199254740991.0;

// The values of a placeholder as they stand in tags; `unresolved` if any of them has no text.
struct Values {
  std::set<std::string> texts;
  bool unresolved = false;
};

// A template is literal, placeholder, literal, placeholder, ..., literal.
struct Piece {
  std::string literal;
  std::optional<Values> values;  // of the placeholder behind the literal; none at the end
};

void AddText(const std::string& text, Values& values) {
  values.texts.insert(text);
  values.texts.insert(absl::StrReplaceAll(text, {{"%", "%25"}, {":", "%3A"}}));
}

void AddScalar(const JsonValue& value, absl::string_view if_null, Values& values) {
  if (value.as_string() != nullptr && CheckText(*value.as_string(), 1, kLongestTag).ok()) {
    AddText(*value.as_string(), values);
  } else if (value.number_text() != nullptr &&
             CheckText(*value.number_text(), 1, kLongestTag).ok()) {
    AddText(*value.number_text(), values);
  } else if (value.as_bool() != nullptr) {
    values.texts.insert(*value.as_bool() ? "true" : "false");
  } else if (value.as_number() != nullptr && std::abs(*value.as_number()) <= kLargestExact &&
             std::floor(*value.as_number()) == *value.as_number()) {
    values.texts.insert(absl::StrCat(static_cast<int64_t>(*value.as_number())));
  } else if (value.is_null() && if_null == "tag") {
    values.texts.insert("%null");
  } else if (!value.is_null() || if_null != "skip") {
    values.unresolved = true;
  }
}

void AddValue(const JsonValue& value, absl::string_view if_null, Values& values) {
  if (value.as_list() == nullptr) {
    AddScalar(value, if_null, values);
    return;
  }
  if (value.as_list()->empty()) values.unresolved = true;
  for (const JsonValue& element : *value.as_list()) AddScalar(element, if_null, values);
}

using Path = std::vector<std::string>;

// One end of a change: what a row held, or holds now.
struct End {
  enum { kNone, kUnknown, kGiven } state = kNone;
  const JsonValue* value = nullptr;
};

End FindPath(const JsonValue& row, bool open, const Path& path) {
  const JsonValue* at = &row;
  for (const std::string& name : path) {
    if (at->as_object() == nullptr || at->is_marked_number()) return {End::kUnknown};
    open |= at->is_open();
    at = at->Find(name);
    if (at == nullptr) return {open ? End::kUnknown : End::kNone};
    open = false;
  }
  if (at->is_unknown()) return {End::kUnknown};
  return {End::kGiven, at};
}

// "meta" for "meta.color" and "meta[1]".
std::string Member(const std::string& name) { return name.substr(0, name.find_first_of(".[")); }

bool SaysChanged(const JsonValue& context, const std::string& member) {
  const JsonValue* names = context.Find("fields_changed");
  if (names == nullptr) return false;
  if (names->as_list() == nullptr) return true;
  bool named = false;
  for (const JsonValue& name : *names->as_list()) {
    if (name.as_string() == nullptr) return true;
    named |= Member(*name.as_string()) == Member(member);
  }
  return named;
}

bool IsOfARow(const Path& path) { return path[0] != "old" && path[0] != "fields_changed"; }

End FindOld(const JsonValue& context, const Path& path) {
  const JsonValue* old = context.Find("old");
  if (old == nullptr || old->is_null()) {
    return {context.is_open() ? End::kUnknown : End::kNone};
  }
  if (old->as_object() == nullptr) return {End::kUnknown};
  const bool kept = IsOfARow(path) && context.Find("fields_changed") != nullptr &&
                    !SaysChanged(context, path[0]) && !old->is_unknown() &&
                    old->Find(path[0]) == nullptr;
  if (kept && context.Find(path[0]) != nullptr) return FindPath(context, false, path);
  return FindPath(*old, true, path);
}

Values LookupId(const TemplateValues& write) {
  Values values;
  if (write.resource_id.empty()) values.unresolved = true;
  if (!write.resource_id.empty()) AddText(write.resource_id, values);
  return values;
}

Values Lookup(absl::string_view placeholder, const TemplateValues& write) {
  if (placeholder == "resource_id") return LookupId(write);
  if (write.context == nullptr) return {{}, true};
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(placeholder, absl::MaxSplits("|null=", 1));
  const Path path = absl::StrSplit(absl::StripPrefix(parts.first, "context."), '.');
  const bool of_a_row = IsOfARow(path);
  const End now = path[0] == "old" && path.size() > 1
                      ? FindOld(*write.context, {path.begin() + 1, path.end()})
                      : FindPath(*write.context, false, path);
  const End old = of_a_row ? FindOld(*write.context, path) : End{};
  Values values;
  if (now.state == End::kNone && old.state == End::kNone) values.unresolved = true;
  if (of_a_row && SaysChanged(*write.context, path[0])) {
    if (old.state == End::kNone && write.operation != "insert") values.unresolved = true;
    if (now.state == End::kNone && write.operation != "delete") values.unresolved = true;
  }
  for (const End& end : {now, old}) {
    if (end.state == End::kUnknown) values.unresolved = true;
    if (end.state == End::kGiven) AddValue(*end.value, parts.second, values);
  }
  return values;
}

std::vector<Piece> Split(absl::string_view tag_template, const TemplateValues& write) {
  std::vector<Piece> pieces;
  while (true) {
    const size_t open = tag_template.find('{');
    if (open == absl::string_view::npos) {
      pieces.push_back({std::string(tag_template), std::nullopt});
      return pieces;
    }
    const size_t close = tag_template.find('}', open);
    pieces.push_back({std::string(tag_template.substr(0, open)),
                      Lookup(tag_template.substr(open + 1, close - open - 1), write)});
    tag_template.remove_prefix(close + 1);
  }
}

// Whether a placeholder stands for nothing: then there is nothing to name.
bool NamesNothing(const std::vector<Piece>& pieces) {
  for (const Piece& piece : pieces) {
    if (piece.values.has_value() && piece.values->texts.empty() && !piece.values->unresolved) {
      return true;
    }
  }
  return false;
}

// A product that is too large is cut at its first placeholder with several values.
void Bound(std::vector<Piece>& pieces) {
  size_t product = 1;
  for (const Piece& piece : pieces) {
    if (piece.values.has_value()) product *= std::max<size_t>(1, piece.values->texts.size());
  }
  if (product <= kMostTags) return;
  for (Piece& piece : pieces) {
    if (piece.values.has_value() && piece.values->texts.size() > 1) {
      piece.values = Values{{}, true};
      return;
    }
  }
}

void RenderFrom(const std::vector<Piece>& pieces, size_t index, std::string text,
                RenderedTags& result) {
  absl::StrAppend(&text, pieces[index].literal);
  if (!pieces[index].values.has_value()) {
    const std::string cut = WithoutDeepLevels(text);
    (cut == text ? result.tags : result.widened).insert(cut);
    return;
  }
  const std::string prefix = WithoutDeepLevels(text.substr(0, text.rfind(':')));
  if (pieces[index].values->unresolved) result.widened.insert(prefix);
  for (const std::string& value : pieces[index].values->texts) {
    if (text.size() + value.size() + pieces[index + 1].literal.size() > kLongestTag) {
      result.widened.insert(prefix);
    } else {
      RenderFrom(pieces, index + 1, text + value, result);
    }
  }
}

}  // namespace

std::string WithoutDeepLevels(const std::string& tag) {
  std::vector<std::string> levels = absl::StrSplit(tag, ':');
  if (levels.size() > kMostLevels) levels.resize(kMostLevels);
  return absl::StrJoin(levels, ":");
}

Needs NeedsOf(absl::string_view tag_template) {
  if (absl::StrContains(tag_template, "{resource_id}")) return Needs::kWrittenId;
  return absl::StrContains(tag_template, "{") ? Needs::kContext : Needs::kNothing;
}

RenderedTags Render(absl::string_view tag_template, const TemplateValues& values) {
  std::vector<Piece> pieces = Split(tag_template, values);
  RenderedTags result;
  if (NamesNothing(pieces)) return result;
  Bound(pieces);
  RenderFrom(pieces, 0, "", result);
  return result;
}

}  // namespace cache_invalidation::reference
