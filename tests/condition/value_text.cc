// SPDX-License-Identifier: Apache-2.0

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
#include "common/condition/comparison.h"

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
  const Value value = ReadNext().value;
  Check(text_.empty(), "the text of a value ends with it");
  return value;
}

ReadValues::Parsed ReadValues::ReadNext() {
  Check(!text_.empty(), "a text of a value has one");
  if (absl::ConsumePrefix(&text_, "null")) return {Value(), JsonValue()};
  if (absl::ConsumePrefix(&text_, "true")) return {Value::Bool(true), JsonValue(true)};
  if (absl::ConsumePrefix(&text_, "false")) return {Value::Bool(false), JsonValue(false)};
  if (absl::ConsumePrefix(&text_, "nan")) return Number(Value::Double(std::nan("")));
  if (absl::ConsumePrefix(&text_, "\"")) {
    const absl::string_view text = ReadBytes();
    return {Value::String(text), JsonValue(std::string(text))};
  }
  if (absl::ConsumePrefix(&text_, "b\"")) return {Value::Bytes(ReadBytes()), std::nullopt};
  if (absl::ConsumePrefix(&text_, "[")) return ReadList();
  if (absl::ConsumePrefix(&text_, "{")) return ReadMap();
  if (absl::ConsumePrefix(&text_, "timestamp(")) {
    return {ReadTime(Value::Kind::kTimestamp), std::nullopt};
  }
  if (absl::ConsumePrefix(&text_, "duration(")) {
    return {ReadTime(Value::Kind::kDuration), std::nullopt};
  }
  return Number(ReadNumber());
}

ReadValues::Parsed ReadValues::Number(Value number) {
  if (!number.is(Value::Kind::kDouble)) return {number, std::nullopt};
  return {number, JsonValue(number.as_double())};
}

ReadValues::Parsed ReadValues::Json(JsonValue json) {
  return {Value::Json(json_.emplace_back(json)), std::move(json)};
}

absl::string_view ReadValues::ReadBytes() {
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
  return bytes;
}

ReadValues::Parsed ReadValues::ReadList() {
  std::vector<Value> elements;
  JsonValue::List json;
  while (!absl::ConsumePrefix(&text_, "]")) {
    Parsed element = ReadNext();
    elements.push_back(element.value);
    if (element.json.has_value()) json.push_back(*std::move(element.json));
    absl::ConsumePrefix(&text_, ",");
  }
  if (json.size() < elements.size()) {
    return {Value::List(lists_.emplace_back(std::move(elements))), std::nullopt};
  }
  const auto is_string = [](Value element) { return element.is(Value::Kind::kString); };
  if (!elements.empty() && std::all_of(elements.begin(), elements.end(), is_string)) {
    std::vector<absl::string_view>& strings = strings_.emplace_back();
    for (const Value element : elements) strings.push_back(element.as_text());
    return {Value::List(strings), JsonValue(std::move(json))};
  }
  return Json(std::move(json));
}

ReadValues::Parsed ReadValues::ReadMap() {
  std::vector<MapEntry> entries;
  JsonValue::Object json;
  while (!absl::ConsumePrefix(&text_, "}")) {
    MapEntry entry;
    entry.key = ReadNext().value;
    Check(absl::ConsumePrefix(&text_, ":"), "a colon follows a key");
    Parsed value = ReadNext();
    entry.value = value.value;
    entries.push_back(entry);
    if (entry.key.is(Value::Kind::kString) && value.json.has_value()) {
      json.emplace_back(std::string(entry.key.as_text()), *std::move(value.json));
    }
    absl::ConsumePrefix(&text_, ",");
  }
  if (json.size() == entries.size()) return Json(std::move(json));
  const Value map = MakeMap(absl::MakeSpan(maps_.emplace_back(std::move(entries))), budget_);
  Check(!map.is_error(), "the keys of a map differ");
  return {map, std::nullopt};
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
