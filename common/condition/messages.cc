// SPDX-License-Identifier: Apache-2.0

#include "common/condition/messages.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/condition/decimal.h"
#include "common/condition/times.h"
#include "common/names.h"

namespace cache_invalidation::condition {
namespace {

// Enough to recognize the place; the message has the position, too.
constexpr size_t kLongestQuote = 40;

absl::string_view TypeOf(absl::Span<const Value> arguments, size_t index) {
  return index < arguments.size() ? TypeName(arguments[index].kind()) : "";
}

Value Explain(absl::string_view problem, absl::string_view hint, Function function,
              absl::Span<const Value> arguments, Budget& budget) {
  const absl::string_view name = FunctionName(function);
  const absl::string_view first = TypeOf(arguments, 0);
  const absl::string_view second = TypeOf(arguments, 1);
  if (!IsOperator(function)) {
    const absl::string_view comma = arguments.size() > 1 ? ", " : "";
    return budget.Error({problem, name, "(", first, comma, second, ")"});
  }
  if (arguments.size() == 1) return budget.Error({problem, name, first});
  return budget.Error({problem, first, " ", name, " ", second, hint});
}

// Longer than any declared name. Bounds the work.
constexpr size_t kLongestName = 64;

// The edit distance: letters changed, added, removed or swapped with their neighbour. Case is
// ignored.
size_t DistanceBetween(absl::string_view left, absl::string_view right) {
  // Row i: the distances of the first i letters of `left` to every prefix of `right`.
  std::array<std::vector<size_t>, 3> rows;
  rows.fill(std::vector<size_t>(right.size() + 1));
  std::iota(rows[0].begin(), rows[0].end(), size_t{0});
  for (size_t i = 1; i <= left.size(); ++i) {
    const std::vector<size_t>& above = rows[(i - 1) % 3];
    std::vector<size_t>& row = rows[i % 3];
    row[0] = i;
    for (size_t j = 1; j <= right.size(); ++j) {
      const bool same = absl::ascii_tolower(left[i - 1]) == absl::ascii_tolower(right[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) {
        row[j] = std::min(row[j], rows[(i - 2) % 3][j - 2] + 1);
      }
    }
  }
  return rows[left.size() % 3].back();
}

using Kind = Value::Kind;

constexpr absl::string_view kUnknown = "unknown";

class Writer {
 public:
  explicit Writer(size_t max_bytes) : max_bytes_(max_bytes) {}

  void Write(Value value) {
    switch (value.kind()) {
      case Kind::kString:
      case Kind::kBytes:
        WriteText(value);
        break;
      case Kind::kList:
        WriteList(value);
        break;
      case Kind::kMap:
        WriteMap(value);
        break;
      default:
        absl::StrAppend(&text_, ScalarText(value));
    }
  }

  std::string Take() { return std::move(text_); }

 private:
  static std::string ScalarText(Value value) {
    switch (value.kind()) {
      case Kind::kNull:
        return "null";
      case Kind::kBool:
        return value.as_bool() ? "true" : "false";
      case Kind::kInt:
        return absl::StrCat(value.as_int());
      case Kind::kUint:
        return absl::StrCat(value.as_uint(), "u");
      case Kind::kDouble: {
        std::string text = FormatDouble(value.as_double());
        // Without a fraction it would be an int.
        if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
        return text;
      }
      case Kind::kTimestamp:
        return absl::StrCat("timestamp(\"", TimestampText(value.as_timestamp()), "\")");
      case Kind::kDuration:
        return absl::StrCat("duration(\"", DurationText(value.as_duration()), "\")");
      case Kind::kType:
        return std::string(TypeName(value.as_type()));
      default:
        return value.error_message();
    }
  }

  // Returns whether there is room for more. Appends "..." the first time there is none.
  bool HasRoom() {
    if (full_) return false;
    if (text_.size() < max_bytes_) return true;
    text_ += "...";
    full_ = true;
    return false;
  }

  void WriteText(Value value) {
    text_ += value.is(Kind::kBytes) ? "b\"" : "\"";
    absl::string_view rest = value.as_text();
    while (!rest.empty() && HasRoom()) {
      const size_t size = value.is(Kind::kBytes) ? 0 : Utf8CharacterBytes(rest);
      const absl::string_view character = rest.substr(0, std::max<size_t>(size, 1));
      rest.remove_prefix(character.size());
      if (character.size() > 1 && !IsControlCharacter(character)) {
        absl::StrAppend(&text_, character);
      } else {
        for (char byte : character) WriteByte(static_cast<unsigned char>(byte));
      }
    }
    text_ += '"';
  }

  void WriteByte(unsigned char byte) {
    constexpr absl::string_view kEscaped = "\"\\\n\r\t";
    constexpr absl::string_view kLetters = "\"\\nrt";
    const size_t escape = kEscaped.find(static_cast<char>(byte));
    if (escape != kEscaped.npos) {
      absl::StrAppend(&text_, "\\", kLetters.substr(escape, 1));
    } else if (absl::ascii_isprint(byte)) {
      text_ += static_cast<char>(byte);
    } else {
      absl::StrAppend(&text_, "\\x", absl::Hex(byte, absl::kZeroPad2));
    }
  }

  // Writes an element of a JSON list or object as its source spells it.
  void WriteJson(const JsonValue& value) {
    if (value.is_unknown()) {
      absl::StrAppend(&text_, kUnknown);
    } else if (const std::string* number = value.number_text()) {
      absl::StrAppend(&text_, absl::string_view(*number).substr(0, max_bytes_),
                      number->size() > max_bytes_ ? "..." : "");
    } else {
      Write(Value::Json(value));
    }
  }

  void WriteList(Value list) {
    const JsonValue* json = list.json_elements();
    text_ += '[';
    for (size_t i = 0; i < list.size() && HasRoom(); ++i) {
      if (i > 0) text_ += ", ";
      if (json != nullptr) {
        WriteJson(json[i]);
      } else {
        Write(list.ElementAt(i));
      }
    }
    text_ += ']';
  }

  void WriteMap(Value map) {
    const JsonValue::Object* json = map.object();
    absl::string_view comma;
    text_ += '{';
    for (size_t i = 0; i < map.size() && HasRoom(); ++i) {
      const auto [key, value] = map.EntryAt(i);
      if (map.is_open() && key.as_text() == kUnknownName) continue;
      absl::StrAppend(&text_, comma);
      comma = ", ";
      Write(key);
      text_ += ": ";
      if (json != nullptr) {
        WriteJson((*json)[i].second);
      } else {
        Write(value);
      }
    }
    // Stands for all other keys.
    if (map.is_open()) absl::StrAppend(&text_, comma, "*: ", kUnknown);
    text_ += '}';
  }

  const size_t max_bytes_;
  std::string text_;
  bool full_ = false;
};

}  // namespace

SourcePosition PositionOf(absl::string_view text, size_t offset) {
  SourcePosition position;
  for (const char character : text.substr(0, std::min(offset, text.size()))) {
    const bool continues_a_character = (static_cast<unsigned char>(character) & 0xC0) == 0x80;
    if (character == '\n') {
      ++position.line;
      position.column = 1;
    } else if (!continues_a_character) {
      ++position.column;
    }
  }
  return position;
}

absl::Status ErrorAt(absl::string_view text, size_t offset, absl::string_view message) {
  const SourcePosition position = PositionOf(text, offset);
  return absl::InvalidArgumentError(
      absl::StrCat("line ", position.line, ", column ", position.column, ": ", message));
}

std::string Quoted(absl::string_view piece) {
  std::string quoted = "`";
  while (!piece.empty() && quoted.size() <= kLongestQuote) {
    const size_t bytes = Utf8CharacterBytes(piece);
    if (bytes == 0 || IsControlCharacter(piece.substr(0, bytes))) {
      absl::StrAppend(&quoted, "\\x", absl::Hex(piece[0], absl::kZeroPad2));
      piece.remove_prefix(1);
    } else {
      absl::StrAppend(&quoted, piece.substr(0, bytes));
      piece.remove_prefix(bytes);
    }
  }
  return absl::StrCat(quoted, piece.empty() ? "" : "...", "`");
}

Value NoSuchOverload(Function function, absl::Span<const Value> arguments, Budget& budget) {
  const bool mixed = IsOperator(function) && arguments.size() == 2 && arguments[0].is_number() &&
                     arguments[1].is_number();
  // Numbers in a context are doubles, those in a condition are mostly ints.
  const absl::string_view hint = mixed ? "; convert with int() or double()" : "";
  return Explain("no such overload: ", hint, function, arguments, budget);
}

Value NoSuchOverload(absl::string_view what, Value argument, Budget& budget) {
  return budget.Error({"no such overload: ", what, " of ", TypeName(argument.kind())});
}

Value OutOfRange(Function function, absl::Span<const Value> arguments, Budget& budget) {
  return Explain("out of range: ", "", function, arguments, budget);
}

absl::string_view ClosestName(absl::string_view name,
                              absl::Span<const absl::string_view> candidates) {
  if (name.size() > kLongestName) return "";
  absl::string_view closest;
  size_t least = std::max<size_t>(1, name.size() / 3) + 1;
  for (const absl::string_view candidate : candidates) {
    if (candidate.size() > kLongestName) continue;
    const size_t distance = DistanceBetween(name, candidate);
    if (distance < least) {
      least = distance;
      closest = candidate;
    }
  }
  return closest;
}

std::string ValueText(Value value, size_t max_bytes) {
  Writer writer(max_bytes);
  writer.Write(value);
  return writer.Take();
}

}  // namespace cache_invalidation::condition
