#include "tests/reference/rendering.h"

#include <cmath>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/names.h"

namespace cache_invalidation::reference {
namespace {

constexpr size_t kMostTags = 1000;
constexpr size_t kLongestTag = 1024;
constexpr double kLargestExact = 9007199254740991.0;

// The values of a placeholder, escaped; `unresolved` if any of them has no text, or there is none.
struct Values {
  std::set<std::string> texts;
  bool unresolved = false;
};

// A template is literal, placeholder, literal, placeholder, ..., literal.
struct Piece {
  std::string literal;
  std::optional<Values> values;  // of the placeholder behind the literal; none at the end
};

std::string Escape(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"%", "%25"}, {":", "%3A"}});
}

void AddScalar(const JsonValue& value, Values& values) {
  if (value.as_string() != nullptr && CheckTag(*value.as_string()).ok()) {
    values.texts.insert(Escape(*value.as_string()));
  } else if (value.as_bool() != nullptr) {
    values.texts.insert(*value.as_bool() ? "true" : "false");
  } else if (value.as_number() != nullptr && std::abs(*value.as_number()) <= kLargestExact &&
             std::floor(*value.as_number()) == *value.as_number()) {
    values.texts.insert(absl::StrCat(static_cast<int64_t>(*value.as_number())));
  } else {
    values.unresolved = true;
  }
}

void AddValue(const JsonValue& value, Values& values) {
  if (value.as_list() == nullptr) {
    AddScalar(value, values);
    return;
  }
  if (value.as_list()->empty()) values.unresolved = true;
  for (const JsonValue& element : *value.as_list()) AddScalar(element, values);
}

const JsonValue* FindPath(const JsonValue* from, absl::string_view path) {
  for (absl::string_view name : absl::StrSplit(path, '.')) {
    if (from == nullptr) return nullptr;
    from = from->Find(name);
  }
  return from;
}

Values Lookup(absl::string_view placeholder, absl::string_view resource_id,
              const JsonValue* context) {
  Values values;
  if (placeholder == "resource_id") {
    if (resource_id.empty()) return {{}, true};
    return {{Escape(resource_id)}, false};
  }
  const absl::string_view path = absl::StripPrefix(placeholder, "context.");
  const JsonValue* old = context == nullptr ? nullptr : context->Find("old");
  const JsonValue* new_value = FindPath(context, path);
  const JsonValue* old_value = FindPath(old, path);
  if (new_value == nullptr && old_value == nullptr) values.unresolved = true;
  if (new_value != nullptr) AddValue(*new_value, values);
  if (old_value != nullptr) AddValue(*old_value, values);
  return values;
}

std::vector<Piece> Split(absl::string_view tag_template, absl::string_view resource_id,
                         const JsonValue* context) {
  std::vector<Piece> pieces;
  while (true) {
    const size_t open = tag_template.find('{');
    if (open == absl::string_view::npos) {
      pieces.push_back({std::string(tag_template), std::nullopt});
      return pieces;
    }
    const size_t close = tag_template.find('}', open);
    pieces.push_back(
        {std::string(tag_template.substr(0, open)),
         Lookup(tag_template.substr(open + 1, close - open - 1), resource_id, context)});
    tag_template.remove_prefix(close + 1);
  }
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
    result.tags.insert(text);
    return;
  }
  const std::string prefix = text.substr(0, text.rfind(':'));
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

bool HasPlaceholder(absl::string_view tag_template) {
  return tag_template.find('{') != absl::string_view::npos;
}

RenderedTags Render(absl::string_view tag_template, absl::string_view resource_id,
                    const JsonValue* context) {
  std::vector<Piece> pieces = Split(tag_template, resource_id, context);
  Bound(pieces);
  RenderedTags result;
  RenderFrom(pieces, 0, "", result);
  return result;
}

}  // namespace cache_invalidation::reference
