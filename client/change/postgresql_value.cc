// SPDX-License-Identifier: Apache-2.0

#include "client/change/postgresql_value.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/json_text/json_text.h"
#include "common/limits.h"
#include "common/names.h"

namespace cache_invalidation::change {
namespace {

constexpr int kMaxDimensions = 6;  // PostgreSQL's MAXDIM

class ArrayParser {
 public:
  ArrayParser(absl::string_view text, char delimiter,
              absl::FunctionRef<JsonValue(const std::string&)> element)
      : rest_(text), delimiter_(delimiter), element_(element) {}

  std::optional<JsonValue> Parse() {
    JsonValue::List list;
    if (!SkipBounds() || !ReadList(1, list)) return std::nullopt;
    SkipBlanks();
    if (!rest_.empty()) return std::nullopt;
    return has_dimensions_ ? JsonValue::Unknown() : JsonValue(std::move(list));
  }

 private:
  bool Take(char wanted) {
    if (rest_.empty() || rest_[0] != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void SkipBlanks() { rest_ = absl::StripLeadingAsciiWhitespace(rest_); }

  // Skips the bounds, such as [1:2][-1:0]=, of an array whose first index is not 1.
  bool SkipBounds() {
    SkipBlanks();
    bool any = false;
    while (Take('[')) {
      any = true;
      const size_t end = rest_.find(']');
      if (end == absl::string_view::npos) return false;
      const std::vector<absl::string_view> bounds = absl::StrSplit(rest_.substr(0, end), ':');
      int64_t bound = 0;
      if (bounds.size() != 2 || !absl::SimpleAtoi(bounds[0], &bound) ||
          !absl::SimpleAtoi(bounds[1], &bound)) {
        return false;
      }
      rest_.remove_prefix(end + 1);
    }
    SkipBlanks();
    return !any || Take('=');
  }

  bool ReadList(int dimension, JsonValue::List& out) {
    SkipBlanks();
    if (dimension > kMaxDimensions || !Take('{')) return false;
    SkipBlanks();
    if (Take('}')) return true;
    while (true) {
      SkipBlanks();
      if (absl::StartsWith(rest_, "{")) {
        has_dimensions_ = true;
        JsonValue::List inner;
        if (!ReadList(dimension + 1, inner)) return false;
        out.emplace_back(std::move(inner));
      } else if (!ReadElement(out)) {
        return false;
      }
      SkipBlanks();
      if (Take('}')) return true;
      if (!Take(delimiter_)) return false;
    }
  }

  bool ReadElement(JsonValue::List& out) {
    std::string text;
    if (Take('"')) {
      while (!Take('"')) {
        if (!ReadCharacter(text)) return false;
      }
      out.push_back(element_(text));
      return true;
    }
    bool escaped = false;
    while (!rest_.empty() && rest_[0] != delimiter_ && rest_[0] != '{' && rest_[0] != '}' &&
           rest_[0] != '"') {
      escaped |= rest_[0] == '\\';
      if (!ReadCharacter(text)) return false;
    }
    if (!escaped) text = std::string(absl::StripTrailingAsciiWhitespace(text));
    if (text.empty()) return false;
    const bool null = !escaped && absl::EqualsIgnoreCase(text, "NULL");
    out.push_back(null ? JsonValue() : element_(text));
    return true;
  }

  bool ReadCharacter(std::string& out) {
    Take('\\');
    if (rest_.empty()) return false;
    out.push_back(rest_[0]);
    rest_.remove_prefix(1);
    return true;
  }

  absl::string_view rest_;
  char delimiter_;
  bool has_dimensions_ = false;  // more than one
  absl::FunctionRef<JsonValue(const std::string&)> element_;
};

// Parses the text of a PostgreSQL array, such as {1,NULL,3} or [0:1]={"a,b","q\"x"}, as a list.
// `element` returns the value of an element's text; NULL is null. `delimiter` is that of the
// element's type: ";" for box, "," for all others.
//
// An array of more dimensions is unknown: SQL's ANY and cardinality() look into all of them, `in`
// and size() of a condition into the outer list alone. Returns nothing if the text is not that of
// an array.
std::optional<JsonValue> ParseArray(absl::string_view text, char delimiter,
                                    absl::FunctionRef<JsonValue(const std::string&)> element) {
  return ArrayParser(text, delimiter, element).Parse();
}

// A context adds two levels to those of a value: the context itself and `old`.
constexpr int kMaxValueLevels = kMaxContextDepth - 2;

constexpr absl::string_view kFalse = "false";
constexpr absl::string_view kTrue = "true";

bool IsBool(absl::string_view type) { return type == "boolean" || type == "bool"; }
bool IsBytea(absl::string_view type) { return type == "bytea"; }
bool IsJson(absl::string_view type) { return type == "jsonb" || type == "json"; }

bool IsFractional(absl::string_view type) {
  return type == "numeric" || type == "real" || type == "double precision" || type == "float4" ||
         type == "float8";
}

bool IsNumber(absl::string_view type) {
  return IsFractional(type) || type == "integer" || type == "bigint" || type == "smallint" ||
         type == "int4" || type == "int8" || type == "int2" || type == "oid";
}

// Whether the value of the type is its text.
bool IsText(absl::string_view type) {
  static const auto& types = *new std::set<absl::string_view>{
      // Text.
      "text", "character varying", "varchar", "character", "bpchar", "char", "\"char\"", "name",
      "citext", "xml", "uuid", "jsonpath",
      // Times.
      "date", "time", "timetz", "timestamp", "timestamptz", "time without time zone",
      "time with time zone", "timestamp without time zone", "timestamp with time zone",
      // Ranges.
      "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange",
      // The rest.
      "bit", "bit varying", "varbit", "inet", "cidr", "macaddr", "macaddr8", "pg_lsn"};
  return types.count(type) > 0 || absl::EndsWith(type, ".citext") || type == "interval" ||
         absl::StartsWith(type, "interval ");
}

// Types whose text depends on settings of the connection, lc_monetary and search_path: a reader of
// the database may see another text than the reader of the log.
bool DependsOnSettings(absl::string_view type) {
  static const auto& types = *new std::set<absl::string_view>{
      "money",       "regclass", "regcollation", "regconfig",    "regdictionary", "regnamespace",
      "regoperator", "regoper",  "regproc",      "regprocedure", "regrole",       "regtype"};
  return types.count(type) > 0;
}

// Returns the type without its modifiers in parentheses: numeric(12,2), timestamp(3) with time
// zone.
std::string WithoutModifiers(absl::string_view type) {
  const size_t begin = type.find('(');
  const size_t end = type.find(')', begin);
  if (end == absl::string_view::npos) return std::string(type);
  return absl::StrCat(type.substr(0, begin), type.substr(end + 1));
}

// Returns the type of an array's elements, nothing for other types. A leading "_" means an array
// only before a built-in type: the name of a domain may begin with it.
std::optional<absl::string_view> ElementType(absl::string_view type) {
  if (absl::ConsumeSuffix(&type, "[]")) return type;
  if (!absl::ConsumePrefix(&type, "_")) return std::nullopt;
  const bool known = IsBool(type) || IsBytea(type) || IsJson(type) || IsNumber(type) ||
                     IsText(type) || DependsOnSettings(type) || type == "box";
  return known ? std::optional(type) : std::nullopt;
}

// Whether a template renders the double of this number as this text: -12 and 0, but not -0, 1e+10
// or 10.00.
bool IsTextOfADouble(absl::string_view text) {
  constexpr auto kLargestExact = static_cast<int64_t>(kMaxExactInteger);
  int64_t integer = 0;
  return absl::SimpleAtoi(text, &integer) && integer >= -kLargestExact &&
         integer <= kLargestExact && absl::StrCat(integer) == text;
}

JsonValue NumberValue(const std::string& text) {
  double number = 0;
  if (IsTextOfADouble(text) && absl::SimpleAtod(text, &number)) return number;
  if (JsonValue exact = JsonValue::Number(text); exact.number_text() != nullptr) return exact;
  if (text == "NaN" || text == "Infinity" || text == "-Infinity") return text;
  return JsonValue::Unknown();
}

// Whether an object would be taken for one of the marks of json_value.h. It becomes Unknown, which
// covers every value.
bool LooksLikeAMark(const JsonText& json) {
  return json.Find(kUnknownName) != nullptr || json.Find(kNumberName) != nullptr;
}

JsonValue FromJson(const JsonText& json) {
  switch (json.kind) {
    case JsonText::Kind::kNull:
      return JsonValue();
    case JsonText::Kind::kBool:
      return json.text == kTrue;
    case JsonText::Kind::kNumber:
      return NumberValue(json.text);
    case JsonText::Kind::kString:
      return json.text;
    case JsonText::Kind::kList: {
      JsonValue::List list;
      list.reserve(json.elements.size());
      for (const JsonText& element : json.elements) list.push_back(FromJson(element));
      return list;
    }
    case JsonText::Kind::kObject: {
      if (LooksLikeAMark(json)) return JsonValue::Unknown();
      JsonValue::Object object;
      object.reserve(json.members.size());
      for (const auto& [name, value] : json.members) object.emplace_back(name, FromJson(value));
      return object;
    }
  }
  return JsonValue();
}

// JSON's null is not SQL's NULL, and a context has one null for both. It must not hide that one
// became the other, so JSON's null is Unknown.
JsonValue JsonColumnValue(const std::string& text) {
  const absl::StatusOr<JsonText> json = ParseJson(text);
  if (!json.ok() || json->kind == JsonText::Kind::kNull) return JsonValue::Unknown();
  return FromJson(*json);
}

constexpr absl::string_view kDigits = "0123456789";

// Whether the text may be an amount of money, such as -$1.00, 1,00 € or 1.234,56 kr: digits, and
// beside them something that may be the sign of a currency.
bool LooksLikeMoney(absl::string_view text) {
  const size_t first = text.find_first_of(kDigits);
  if (first == absl::string_view::npos) return false;
  const size_t end = text.find_last_of(kDigits) + 1;
  const absl::string_view number = text.substr(first, end - first);
  const auto is_ascii = [](char byte) { return static_cast<unsigned char>(byte) < 128; };
  const bool is_amount = std::all_of(number.begin(), number.end(), [&](char byte) {
    return absl::StrContains("0123456789.,' ", byte) || !is_ascii(byte);
  });
  if (!is_amount) return false;
  const std::string beside = absl::StrCat(text.substr(0, first), text.substr(end));
  if (absl::StrContains(beside, '$') || !std::all_of(beside.begin(), beside.end(), is_ascii)) {
    return true;
  }
  // Letters, such as kr and CHF: those of a label, v1 or step 2, are not beside a fraction.
  constexpr size_t kLongestSign = 4;
  const auto letters = std::count_if(beside.begin(), beside.end(), [](char byte) {
    return absl::ascii_isalpha(static_cast<unsigned char>(byte));
  });
  return letters > 0 && static_cast<size_t>(letters) <= kLongestSign &&
         number.find_first_of(".,") != absl::string_view::npos;
}

// Enumerations, domains, composites, geometry, types of extensions. The log names a domain by its
// own name, so a text that looks like a value of another type may be one: 5 may be a number or a
// text.
JsonValue ValueOfAnUnknownType(const std::string& text) {
  const absl::string_view inner = absl::StripAsciiWhitespace(text);
  const bool structured =
      !inner.empty() && absl::string_view("{([<\"'").find(inner[0]) != absl::string_view::npos;
  const bool ambiguous = text == "t" || text == "f" || ParseJson(text).ok() || LooksLikeMoney(text);
  return structured || ambiguous ? JsonValue::Unknown() : JsonValue(text);
}

int LevelsOf(const JsonValue& value) {
  int levels = 0;
  if (const JsonValue::List* list = value.as_list()) {
    for (const JsonValue& element : *list) levels = std::max(levels, LevelsOf(element));
    return levels + 1;
  }
  if (const JsonValue::Object* object = value.as_object()) {
    for (const auto& [name, member] : *object) levels = std::max(levels, LevelsOf(member));
    return levels + 1;
  }
  return 0;
}

std::string BooleanText(const std::string& text) {
  return std::string(text == "t" ? kTrue : text == "f" ? kFalse : text);
}

std::string ByteaText(const std::string& text) {
  return std::string(absl::StripPrefix(text, "\\x"));
}

JsonValue ValueOf(absl::string_view type, const std::string& text);

JsonValue ArrayValue(absl::string_view element_type, const std::string& text) {
  const char delimiter = element_type == "box" ? ';' : ',';
  const auto element = [&](const std::string& of) { return ValueOf(element_type, of); };
  return ParseArray(text, delimiter, element).value_or(JsonValue::Unknown());
}

JsonValue ValueOf(absl::string_view name, const std::string& text) {
  const std::string type = WithoutModifiers(name);
  if (const auto element = ElementType(type)) return ArrayValue(*element, text);
  if (DependsOnSettings(type)) return JsonValue::Unknown();
  if (IsBool(type)) {
    const std::string boolean = BooleanText(text);
    if (boolean != kTrue && boolean != kFalse) return JsonValue::Unknown();
    return boolean == kTrue;
  }
  if (IsNumber(type)) return NumberValue(text);
  if (IsJson(type)) return JsonColumnValue(text);
  if (IsBytea(type)) return ByteaText(text);
  return IsText(type) ? JsonValue(text) : ValueOfAnUnknownType(text);
}

}  // namespace

JsonValue PostgresqlValue(absl::string_view type, const std::string& text) {
  if (!IsUtf8(text)) return JsonValue::Unknown();
  JsonValue value = ValueOf(type, text);
  return LevelsOf(value) <= kMaxValueLevels ? value : JsonValue::Unknown();
}

std::optional<std::string> PostgresqlKeyText(absl::string_view name, const std::string& text) {
  const std::string type = WithoutModifiers(name);
  const auto element = ElementType(type);
  if (DependsOnSettings(element.value_or(type))) return std::nullopt;
  if (IsBool(type)) return BooleanText(text);
  if (IsBytea(type)) return ByteaText(text);
  // A domain over boolean or money, or an array of one.
  if (IsText(element.value_or(type)) || IsNumber(element.value_or(type))) return text;
  const std::vector<absl::string_view> parts = absl::StrSplit(text, absl::ByAnyChar("{},\""));
  const bool may_differ = text == "t" || text == "f" || LooksLikeMoney(text) ||
                          std::any_of(parts.begin(), parts.end(), LooksLikeMoney);
  return may_differ ? std::nullopt : std::optional(text);
}

bool HasValuesWithoutJson(absl::string_view type) {
  return type.empty() || IsFractional(WithoutModifiers(type));
}

}  // namespace cache_invalidation::change
