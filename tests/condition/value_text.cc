#include "tests/condition/value_text.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "common/check.h"
#include "common/condition/map.h"

namespace cache_invalidation::condition {
namespace {

std::string Quoted(absl::string_view bytes) {
  std::string text = "\"";
  for (const char byte : bytes) {
    if (absl::ascii_isprint(byte) && byte != '"' && byte != '\\') {
      text += byte;
    } else {
      absl::StrAppend(&text, "\\x", absl::Hex(static_cast<unsigned char>(byte), absl::kZeroPad2));
    }
  }
  return text + "\"";
}

std::string TextOfDouble(double value) {
  if (std::isnan(value)) return "nan";
  return absl::StrCat("0x", absl::Hex(std::bit_cast<uint64_t>(value), absl::kZeroPad16));
}

std::string TextOfList(Value list) {
  std::vector<std::string> elements;
  for (size_t i = 0; i < list.size(); ++i) elements.push_back(TextOf(list.ElementAt(i)));
  return absl::StrCat("[", absl::StrJoin(elements, ","), "]");
}

std::string TextOfMap(Value map) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (size_t i = 0; i < map.size(); ++i) {
    const auto [key, value] = map.EntryAt(i);
    entries.emplace_back(TextOf(key), TextOf(value));
  }
  std::sort(entries.begin(), entries.end());
  return absl::StrCat("{", absl::StrJoin(entries, ",", absl::PairFormatter(":")), "}");
}

std::string TextOfTimestamp(absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  const absl::Duration rest = time - absl::FromUnixSeconds(seconds);
  return absl::StrCat("timestamp(", seconds, ",", absl::ToInt64Nanoseconds(rest), ")");
}

std::string TextOfDuration(absl::Duration duration) {
  absl::Duration rest;
  const int64_t seconds = absl::IDivDuration(duration, absl::Seconds(1), &rest);
  return absl::StrCat("duration(", seconds, ",", absl::ToInt64Nanoseconds(rest), ")");
}

// The value as JSON, if JSON could hold it.
std::optional<JsonValue> AsJson(Value value);

std::optional<JsonValue> ListAsJson(Value list) {
  JsonValue::List elements;
  for (size_t i = 0; i < list.size(); ++i) {
    std::optional<JsonValue> element = AsJson(list.ElementAt(i));
    if (!element.has_value()) return std::nullopt;
    elements.push_back(*std::move(element));
  }
  return elements;
}

std::optional<JsonValue> MapAsJson(Value map) {
  JsonValue::Object members;
  for (size_t i = 0; i < map.size(); ++i) {
    const auto [key, value] = map.EntryAt(i);
    std::optional<JsonValue> member = AsJson(value);
    if (!key.is(Value::Kind::kString) || !member.has_value()) return std::nullopt;
    members.emplace_back(std::string(key.as_text()), *std::move(member));
  }
  return JsonValue(std::move(members));
}

std::optional<JsonValue> AsJson(Value value) {
  switch (value.kind()) {
    case Value::Kind::kNull:
      return JsonValue();
    case Value::Kind::kBool:
      return JsonValue(value.as_bool());
    case Value::Kind::kDouble:
      return JsonValue(value.as_double());
    case Value::Kind::kString:
      return JsonValue(std::string(value.as_text()));
    case Value::Kind::kList:
      return ListAsJson(value);
    case Value::Kind::kMap:
      return MapAsJson(value);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string TextOf(Value value) {
  switch (value.kind()) {
    case Value::Kind::kNull:
      return "null";
    case Value::Kind::kBool:
      return value.as_bool() ? "true" : "false";
    case Value::Kind::kInt:
      return absl::StrCat(value.as_int());
    case Value::Kind::kUint:
      return absl::StrCat(value.as_uint(), "u");
    case Value::Kind::kDouble:
      return TextOfDouble(value.as_double());
    case Value::Kind::kString:
      return Quoted(value.as_text());
    case Value::Kind::kBytes:
      return absl::StrCat("b", Quoted(value.as_text()));
    case Value::Kind::kList:
      return TextOfList(value);
    case Value::Kind::kMap:
      return TextOfMap(value);
    case Value::Kind::kTimestamp:
      return TextOfTimestamp(value.as_timestamp());
    case Value::Kind::kDuration:
      return TextOfDuration(value.as_duration());
    case Value::Kind::kType:
      return absl::StrCat("type(", TypeName(value.as_type()), ")");
    case Value::Kind::kError:
      return "error";
  }
  return "";
}

Value ReadValues::Read(absl::string_view text) {
  text_ = text;
  const Value value = ReadNext();
  Check(text_.empty(), "the text of a value ends with it");
  return value;
}

Value ReadValues::ReadNext() {
  Check(!text_.empty(), "a text of a value has one");
  if (absl::ConsumePrefix(&text_, "null")) return Value();
  if (absl::ConsumePrefix(&text_, "true")) return Value::Bool(true);
  if (absl::ConsumePrefix(&text_, "false")) return Value::Bool(false);
  if (absl::ConsumePrefix(&text_, "nan")) return Value::Double(std::nan(""));
  if (absl::ConsumePrefix(&text_, "\"")) return ReadTexts(Value::Kind::kString);
  if (absl::ConsumePrefix(&text_, "b\"")) return ReadTexts(Value::Kind::kBytes);
  if (absl::ConsumePrefix(&text_, "[")) return ReadList();
  if (absl::ConsumePrefix(&text_, "{")) return ReadMap();
  if (absl::ConsumePrefix(&text_, "timestamp(")) return ReadTime(Value::Kind::kTimestamp);
  if (absl::ConsumePrefix(&text_, "duration(")) return ReadTime(Value::Kind::kDuration);
  return ReadNumber();
}

Value ReadValues::ReadTexts(Value::Kind kind) {
  std::string& bytes = texts_.emplace_back();
  while (!absl::ConsumePrefix(&text_, "\"")) {
    Check(!text_.empty(), "a text ends in quotes");
    if (absl::ConsumePrefix(&text_, "\\x")) {
      int byte = 0;
      Check(absl::SimpleHexAtoi(text_.substr(0, 2), &byte), "two hexadecimal digits follow");
      bytes += static_cast<char>(byte);
      text_.remove_prefix(2);
    } else {
      bytes += text_.front();
      text_.remove_prefix(1);
    }
  }
  return kind == Value::Kind::kString ? Value::String(bytes) : Value::Bytes(bytes);
}

Value ReadValues::ReadList() {
  std::vector<Value>& elements = lists_.emplace_back();
  std::vector<Value> read;
  while (!absl::ConsumePrefix(&text_, "]")) {
    read.push_back(ReadNext());
    absl::ConsumePrefix(&text_, ",");
  }
  elements = std::move(read);
  const Value list = Value::List(elements);
  const auto is_string = [](Value element) { return element.is(Value::Kind::kString); };
  if (!elements.empty() && std::all_of(elements.begin(), elements.end(), is_string)) {
    std::vector<absl::string_view>& strings = strings_.emplace_back();
    for (const Value element : elements) strings.push_back(element.as_text());
    return Value::List(strings);
  }
  std::optional<JsonValue> json = AsJson(list);
  return json.has_value() ? Value::Json(json_.emplace_back(*std::move(json))) : list;
}

Value ReadValues::ReadMap() {
  std::vector<MapEntry> read;
  while (!absl::ConsumePrefix(&text_, "}")) {
    MapEntry entry;
    entry.key = ReadNext();
    Check(absl::ConsumePrefix(&text_, ":"), "a colon follows a key");
    entry.value = ReadNext();
    read.push_back(entry);
    absl::ConsumePrefix(&text_, ",");
  }
  std::vector<MapEntry>& entries = maps_.emplace_back(std::move(read));
  const Value map = MakeMap(absl::MakeSpan(entries), budget_);
  Check(!map.is_error(), "the keys of a map differ");
  std::optional<JsonValue> json = AsJson(map);
  return json.has_value() ? Value::Json(json_.emplace_back(*std::move(json))) : map;
}

Value ReadValues::ReadNumber() {
  const size_t size = std::min(text_.find_first_not_of("-0123456789abcdefx"), text_.size());
  const absl::string_view digits = text_.substr(0, size);
  text_.remove_prefix(size);
  uint64_t bits = 0;
  if (absl::StartsWith(digits, "0x")) {
    Check(absl::SimpleHexAtoi(digits, &bits), "a double is its bits");
    return Value::Double(std::bit_cast<double>(bits));
  }
  if (absl::ConsumePrefix(&text_, "u")) {
    Check(absl::SimpleAtoi(digits, &bits), "a uint is digits");
    return Value::Uint(bits);
  }
  int64_t number = 0;
  Check(absl::SimpleAtoi(digits, &number), "an int is digits");
  return Value::Int(number);
}

Value ReadValues::ReadTime(Value::Kind kind) {
  const Value seconds = ReadNumber();
  absl::ConsumePrefix(&text_, ",");
  const Value nanoseconds = ReadNumber();
  absl::ConsumePrefix(&text_, ")");
  const absl::Duration duration =
      absl::Seconds(seconds.as_int()) + absl::Nanoseconds(nanoseconds.as_int());
  if (kind == Value::Kind::kDuration) return Value::Duration(duration);
  return Value::Timestamp(absl::UnixEpoch() + duration);
}

}  // namespace cache_invalidation::condition
