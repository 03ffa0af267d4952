// SPDX-License-Identifier: Apache-2.0

#include "client/json_text/json_text.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "common/names.h"

namespace cache_invalidation {
namespace {

constexpr int kMaxLevels = 100;

// Appends a character as UTF-8. REQUIRES: `code` is no surrogate.
void AppendUtf8(uint32_t code, std::string& out) {
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (code >> 6)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else if (code < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | (code >> 12)));
    out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out.push_back(static_cast<char>(0xF0 | (code >> 18)));
    out.push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

// Recursive descent, at most kMaxLevels deep. After a failure `failure_` is what was expected at
// `place_`.
class Parser {
 public:
  Parser(absl::string_view json, StringBytes bytes) : json_(json), bytes_(bytes) {}

  absl::StatusOr<JsonText> Parse() {
    JsonText value;
    SkipBlanks();
    if (ReadValue(0, value)) {
      SkipBlanks();
      if (place_ == json_.size()) return value;
      Fail("nothing more");
    }
    return absl::InvalidArgumentError(absl::StrCat("column ", place_ + 1, ": expected ", failure_));
  }

  JsonText ParseBeginOfObject() {
    JsonText value;
    SkipBlanks();
    if (Peek() == '{') ReadObject(0, value);
    if (!value.members.empty()) value.members.pop_back();
    return value;
  }

 private:
  bool Fail(absl::string_view expected) {
    failure_ = expected;
    return false;
  }

  char Peek() const { return place_ < json_.size() ? json_[place_] : '\0'; }

  bool Take(char wanted) {
    if (Peek() != wanted || place_ == json_.size()) return false;
    ++place_;
    return true;
  }

  void SkipBlanks() {
    while (Peek() == ' ' || Peek() == '\t' || Peek() == '\n' || Peek() == '\r') ++place_;
  }

  bool ReadValue(int level, JsonText& out) {
    switch (Peek()) {
      case '{':
        return ReadObject(level, out);
      case '[':
        return ReadList(level, out);
      case '"':
        out.kind = JsonText::Kind::kString;
        return ReadString(out.text);
      case 't':
        return ReadWord("true", JsonText::Kind::kBool, out);
      case 'f':
        return ReadWord("false", JsonText::Kind::kBool, out);
      case 'n':
        return ReadWord("null", JsonText::Kind::kNull, out);
      default:
        return ReadNumber(out);
    }
  }

  bool ReadWord(absl::string_view word, JsonText::Kind kind, JsonText& out) {
    if (!absl::StartsWith(json_.substr(place_), word)) return Fail("a JSON value");
    place_ += word.size();
    out.kind = kind;
    if (kind == JsonText::Kind::kBool) out.text = std::string(word);
    return true;
  }

  bool ReadDigits() {
    const size_t begin = place_;
    while (absl::ascii_isdigit(static_cast<unsigned char>(Peek()))) ++place_;
    return place_ > begin;
  }

  bool ReadNumber(JsonText& out) {
    const size_t begin = place_;
    Take('-');
    if (!Take('0') && !ReadDigits()) return Fail("a JSON value");
    if (Take('.') && !ReadDigits()) return Fail("a digit");
    if (Take('e') || Take('E')) {
      if (!Take('+')) Take('-');
      if (!ReadDigits()) return Fail("a digit");
    }
    out.kind = JsonText::Kind::kNumber;
    out.text = std::string(json_.substr(begin, place_ - begin));
    return true;
  }

  bool ReadString(std::string& out) {
    ++place_;  // the quote
    while (!Take('"')) {
      const unsigned char next = static_cast<unsigned char>(Peek());
      if (place_ == json_.size() || next < 0x20) return Fail("a closing quote");
      if (next == '\\') {
        if (!ReadEscape(out)) return false;
        continue;
      }
      size_t bytes = Utf8CharacterBytes(json_.substr(place_));
      if (bytes == 0 && bytes_ == StringBytes::kUtf8) return Fail("UTF-8");
      bytes = std::max<size_t>(bytes, 1);
      out.append(json_.data() + place_, bytes);
      place_ += bytes;
    }
    return true;
  }

  bool ReadEscape(std::string& out) {
    ++place_;  // the backslash
    constexpr absl::string_view kNames = "\"\\/bfnrt";
    constexpr absl::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const size_t known = kNames.find(Peek());
    if (known != absl::string_view::npos && place_ < json_.size()) {
      out.push_back(kMeanings[known]);
      ++place_;
      return true;
    }
    uint32_t code = 0;
    if (!ReadUnit(code)) return false;
    if (code >= 0xD800 && code < 0xDC00) {
      uint32_t low = 0;
      if (!absl::StartsWith(json_.substr(place_), "\\u")) return Fail("a second surrogate");
      ++place_;
      if (!ReadUnit(low)) return false;
      if (low < 0xDC00 || low >= 0xE000) return Fail("a second surrogate");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xDC00 && code < 0xE000) {
      return Fail("a first surrogate");
    }
    AppendUtf8(code, out);
    return true;
  }

  // uXXXX
  bool ReadUnit(uint32_t& code) {
    if (!Take('u')) return Fail("an escape");
    const absl::string_view digits = json_.substr(place_, 4);
    for (char digit : digits) {
      if (!absl::ascii_isxdigit(static_cast<unsigned char>(digit))) return Fail("4 digits");
    }
    if (digits.size() < 4 || !absl::SimpleHexAtoi(digits, &code)) return Fail("4 digits");
    place_ += 4;
    return true;
  }

  bool ReadList(int level, JsonText& out) {
    out.kind = JsonText::Kind::kList;
    if (level == kMaxLevels) return Fail("at most 100 levels");
    ++place_;
    SkipBlanks();
    if (Take(']')) return true;
    while (true) {
      SkipBlanks();
      if (!ReadValue(level + 1, out.elements.emplace_back())) return false;
      SkipBlanks();
      if (Take(']')) return true;
      if (!Take(',')) return Fail("\",\" or \"]\"");
    }
  }

  bool ReadObject(int level, JsonText& out) {
    out.kind = JsonText::Kind::kObject;
    if (level == kMaxLevels) return Fail("at most 100 levels");
    ++place_;
    SkipBlanks();
    if (Take('}')) return true;
    while (true) {
      SkipBlanks();
      if (Peek() != '"') return Fail("a name in quotes");
      auto& [name, value] = out.members.emplace_back(std::string(), JsonText());
      if (!ReadString(name)) return false;
      SkipBlanks();
      if (!Take(':')) return Fail("\":\"");
      SkipBlanks();
      if (!ReadValue(level + 1, value)) return false;
      SkipBlanks();
      if (Take('}')) return true;
      if (!Take(',')) return Fail("\",\" or \"}\"");
    }
  }

  absl::string_view json_;
  StringBytes bytes_;
  size_t place_ = 0;
  absl::string_view failure_;
};

// Counts the digits without leading zeros. Trailing zeros count: in a text of more than 15 digits
// they may matter.
size_t SignificantDigits(absl::string_view number) {
  size_t digits = 0;
  for (const char c : number.substr(0, number.find_first_of("eE"))) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c)) && (digits > 0 || c != '0')) ++digits;
  }
  return digits;
}

JsonValue NumberValue(const std::string& text) {
  constexpr auto kLargestExact = static_cast<int64_t>(kMaxExactInteger);
  constexpr size_t kExactDigits = 15;  // of a fraction
  double number = 0;
  if (text.find_first_of(".eE") == std::string::npos) {
    int64_t integer = 0;
    if (absl::SimpleAtoi(text, &integer) && integer >= -kLargestExact && integer <= kLargestExact) {
      return static_cast<double>(integer);
    }
  } else if (const size_t digits = SignificantDigits(text);
             digits == 0 ||
             (digits <= kExactDigits && absl::SimpleAtod(text, &number) && std::isnormal(number))) {
    return number;
  }
  return JsonValue::Number(text);
}

}  // namespace

const JsonText* JsonText::Find(absl::string_view name) const {
  const auto member = std::find_if(members.rbegin(), members.rend(),
                                   [name](const auto& one) { return one.first == name; });
  return member == members.rend() ? nullptr : &member->second;
}

absl::StatusOr<JsonText> ParseJson(absl::string_view json, StringBytes bytes) {
  return Parser(json, bytes).Parse();
}

JsonText ParseBeginOfObject(absl::string_view json, StringBytes bytes) {
  return Parser(json, bytes).ParseBeginOfObject();
}

JsonValue ToJsonValue(const JsonText& json) {
  switch (json.kind) {
    case JsonText::Kind::kNull:
      return JsonValue();
    case JsonText::Kind::kBool:
      return json.text == "true";
    case JsonText::Kind::kNumber:
      return NumberValue(json.text);
    case JsonText::Kind::kString:
      return json.text;
    case JsonText::Kind::kList: {
      JsonValue::List list;
      for (const JsonText& element : json.elements) list.push_back(ToJsonValue(element));
      return list;
    }
    case JsonText::Kind::kObject: {
      JsonValue::Object object;
      for (const auto& [name, value] : json.members) object.emplace_back(name, ToJsonValue(value));
      return object;
    }
  }
  return JsonValue();
}

std::string IndentJson(absl::string_view json) {
  std::string out;
  int level = 0;
  bool in_string = false;
  const auto new_line = [&] { out.append("\n").append(static_cast<size_t>(level) * 2, ' '); };
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string || c == '"') {
      out.push_back(c);
      if (c == '\\') out.push_back(json[++i]);
      if (c == '"') in_string = !in_string;
    } else if ((c == '{' || c == '[') && i + 1 < json.size() && json[i + 1] != c + 2) {
      ++level;
      out.push_back(c);
      new_line();
    } else if ((c == '}' || c == ']') && json[i - 1] != c - 2) {
      --level;
      new_line();
      out.push_back(c);
    } else if (c == ',') {
      out.push_back(c);
      new_line();
    } else {
      out.push_back(c);
      if (c == ':') out.push_back(' ');
    }
  }
  return out;
}

}  // namespace cache_invalidation
