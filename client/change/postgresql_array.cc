#include "client/change/postgresql_array.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace cache_invalidation::change {
namespace {

constexpr int kMaxDimensions = 6;  // PostgreSQL's MAXDIM

class Parser {
 public:
  Parser(absl::string_view text, char delimiter,
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

}  // namespace

std::optional<JsonValue> ParseArray(absl::string_view text, char delimiter,
                                    absl::FunctionRef<JsonValue(const std::string&)> element) {
  return Parser(text, delimiter, element).Parse();
}

}  // namespace cache_invalidation::change
