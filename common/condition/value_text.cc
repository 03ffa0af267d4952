#include "common/condition/value_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/condition/conversions.h"
#include "common/condition/time_text.h"
#include "common/utf8.h"

namespace cache_invalidation::condition {
namespace {

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
    switch (byte) {
      case '"':
        text_ += "\\\"";
        break;
      case '\\':
        text_ += "\\\\";
        break;
      case '\n':
        text_ += "\\n";
        break;
      case '\r':
        text_ += "\\r";
        break;
      case '\t':
        text_ += "\\t";
        break;
      default:
        if (absl::ascii_isprint(byte)) {
          text_ += static_cast<char>(byte);
        } else {
          absl::StrAppend(&text_, "\\x", absl::Hex(byte, absl::kZeroPad2));
        }
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

std::string ValueText(Value value, size_t max_bytes) {
  Writer writer(max_bytes);
  writer.Write(value);
  return writer.Take();
}

}  // namespace cache_invalidation::condition
