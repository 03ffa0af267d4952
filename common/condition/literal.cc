// SPDX-License-Identifier: Apache-2.0

#include "common/condition/lexer.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/condition/function.h"
#include "common/condition/limits.h"
#include "common/condition/messages.h"
#include "common/condition/texts.h"
#include "common/condition/times.h"

namespace cache_invalidation::condition {
namespace {

constexpr uint32_t kLastCodePoint = 0x10FFFF;

// 2^63, the magnitude of the least integer.
constexpr uint64_t kLeastIntMagnitude = uint64_t{1} << 63;

absl::string_view SourceOf(absl::string_view text, SourceRange source) {
  return text.substr(source.begin, source.end - source.begin);
}

bool ParseMagnitude(absl::string_view digits, uint64_t* magnitude) {
  if (absl::ConsumePrefix(&digits, "0x")) return absl::SimpleHexAtoi(digits, magnitude);
  return absl::SimpleAtoi(digits, magnitude);
}

void AppendUtf8(uint32_t code_point, std::string* out) {
  const auto tail = [&](int shift) {
    out->push_back(static_cast<char>(0x80 | ((code_point >> shift) & 0x3F)));
  };
  if (code_point < 0x80) {
    out->push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (code_point >> 6)));
    tail(0);
  } else if (code_point < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | (code_point >> 12)));
    tail(6);
    tail(0);
  } else {
    out->push_back(static_cast<char>(0xF0 | (code_point >> 18)));
    tail(12);
    tail(6);
    tail(0);
  }
}

// Parses the first `count` characters of `text` as digits; nullopt if they are not.
std::optional<uint32_t> ReadDigits(absl::string_view text, size_t count, uint32_t base) {
  if (text.size() < count) return std::nullopt;
  uint32_t value = 0;
  for (const char digit : text.substr(0, count)) {
    if (!absl::ascii_isxdigit(digit)) return std::nullopt;
    const uint32_t worth =
        absl::ascii_isdigit(digit) ? digit - '0' : absl::ascii_tolower(digit) - 'a' + 10;
    if (worth >= base) return std::nullopt;
    value = value * base + worth;
  }
  return value;
}

// The character that a backslash and `escaped` denote; nullopt if there is none.
std::optional<char> SimpleEscape(char escaped) {
  constexpr absl::string_view kFrom = "abfnrtv\\?\"'`";
  constexpr absl::string_view kTo = "\a\b\f\n\r\t\v\\?\"'`";
  const size_t at = kFrom.find(escaped);
  if (at == absl::string_view::npos) return std::nullopt;
  return kTo[at];
}

// The form of a numeric escape: letters, then digits to a base. Octal escapes have no letter.
struct NumericEscape {
  size_t letters;
  size_t digits;
  uint32_t base;
};

std::optional<NumericEscape> NumericEscapeOf(char letter, bool is_bytes) {
  if (letter >= '0' && letter <= '3') return NumericEscape{0, 3, 8};
  if (letter == 'x' || letter == 'X') return NumericEscape{1, 2, 16};
  if (letter == 'u' && !is_bytes) return NumericEscape{1, 4, 16};
  if (letter == 'U' && !is_bytes) return NumericEscape{1, 8, 16};
  return std::nullopt;
}

// Appends the character denoted by the escape at the beginning of `rest`, which follows the
// backslash. Returns the length of the escape, or 0 if it is invalid.
size_t AppendEscape(absl::string_view rest, bool is_bytes, std::string* out) {
  if (rest.empty()) return 0;
  if (const std::optional<char> simple = SimpleEscape(rest[0])) {
    out->push_back(*simple);
    return 1;
  }
  const std::optional<NumericEscape> numeric = NumericEscapeOf(rest[0], is_bytes);
  if (!numeric) return 0;
  const auto number = ReadDigits(rest.substr(numeric->letters), numeric->digits, numeric->base);
  if (!number) return 0;
  if (is_bytes) {
    out->push_back(static_cast<char>(*number));
  } else {
    const bool is_surrogate = *number >= 0xD800 && *number <= 0xDFFF;
    if (is_surrogate || *number > kLastCodePoint) return 0;
    AppendUtf8(*number, out);
  }
  return numeric->letters + numeric->digits;
}

// Returns the second of two children, target included, if it is a literal text, otherwise null.
const Node* LiteralArgumentOf(const Node& node, const Expression& expression) {
  if (node.kind != Node::Kind::kCall || node.children.size() != 2) return nullptr;
  const Node& argument = expression.node(node.children[1]);
  const bool is_text =
      argument.kind == Node::Kind::kLiteral && argument.literal.is(Value::Kind::kString);
  return is_text ? &argument : nullptr;
}

}  // namespace

absl::StatusOr<Value> NumberLiteral(absl::string_view text, const Token& token, bool negative) {
  absl::string_view digits = SourceOf(text, token.source);
  if (token.kind == Token::Kind::kDouble) {
    double number = 0;
    if (!absl::SimpleAtod(digits, &number) || std::isinf(number)) {
      return ErrorAt(text, token.source.begin, "expected a number in the range of a double");
    }
    return Value::Double(negative ? -number : number);
  }
  uint64_t magnitude = 0;
  if (token.kind == Token::Kind::kUint) {
    digits.remove_suffix(1);
    if (!ParseMagnitude(digits, &magnitude)) {
      return ErrorAt(text, token.source.begin, "expected a number in the range of a uint");
    }
    return Value::Uint(magnitude);
  }
  const uint64_t most = negative ? kLeastIntMagnitude : kLeastIntMagnitude - 1;
  if (!ParseMagnitude(digits, &magnitude) || magnitude > most) {
    return ErrorAt(text, token.source.begin, "expected a number in the range of an int");
  }
  // Negated as unsigned, so that the least integer does not overflow.
  return Value::Int(static_cast<int64_t>(negative ? ~magnitude + 1 : magnitude));
}

absl::StatusOr<std::string> TextLiteral(absl::string_view text, const Token& token) {
  absl::string_view rest = SourceOf(text, token.source);
  const bool is_bytes = token.kind == Token::Kind::kBytes;
  if (is_bytes) rest.remove_prefix(1);
  const bool is_raw = absl::StartsWithIgnoreCase(rest, "r");
  if (is_raw) rest.remove_prefix(1);
  const bool is_triple = rest.size() >= 6 && rest[1] == rest[0] && rest[2] == rest[0];
  const size_t quote = is_triple ? 3 : 1;
  rest = rest.substr(quote, rest.size() - 2 * quote);
  if (is_raw) return std::string(rest);

  std::string content;
  for (;;) {
    const size_t backslash = rest.find('\\');
    absl::StrAppend(&content, rest.substr(0, backslash));
    if (backslash == absl::string_view::npos) return content;
    rest.remove_prefix(backslash + 1);
    const size_t bytes = AppendEscape(rest, is_bytes, &content);
    if (bytes == 0) {
      return ErrorAt(text, rest.data() - 1 - text.data(),
                     absl::StrCat("expected an escape sequence of ",
                                  is_bytes ? "bytes" : "a string", ", such as \\n, \\\" or \\x41"));
    }
    rest.remove_prefix(bytes);
  }
}

absl::Status CompileLiteralPatterns(ExpressionBuilder& builder) {
  const Expression& expression = builder.expression();
  absl::Status first_error;
  size_t compiled = 0;
  for (NodeId id = 0; id < expression.size(); ++id) {
    const Node& call = expression.node(id);
    const Node* pattern = LiteralArgumentOf(call, expression);
    if (pattern == nullptr || call.function != Function::kMatches) continue;
    absl::Status error;
    if (compiled == kMaxCompiledRegexes) {
      error = absl::InvalidArgumentError(
          absl::StrCat("expected at most ", kMaxCompiledRegexes, " patterns"));
    } else if (auto regex = Regex::Compile(pattern->literal.as_text()); regex.ok()) {
      builder.node(id).regex = builder.Keep(*std::move(regex));
      ++compiled;
    } else {
      error = regex.status();
    }
    if (!error.ok() && first_error.ok()) {
      first_error = ErrorAt(builder.text(), pattern->source.begin, error.message());
    }
  }
  return first_error;
}

std::optional<absl::string_view> LiteralZoneOf(const Expression& expression, const Node& node) {
  const Node* zone = LiteralArgumentOf(node, expression);
  if (zone == nullptr || node.function < Function::kGetDate) return std::nullopt;
  return zone->literal.as_text();
}

absl::Status CheckLiteralZones(const Expression& expression) {
  for (NodeId id = 0; id < expression.size(); ++id) {
    const Node& node = expression.node(id);
    const auto name = LiteralZoneOf(expression, node);
    if (!name || FindTimeZone(*name)) continue;
    return ErrorAt(expression.text(), expression.node(node.children[1]).source.begin,
                   absl::StrCat("expected a time zone such as \"Europe/Paris\" or \"+02:00\", got ",
                                Quoted(*name)));
  }
  return absl::OkStatus();
}

}  // namespace cache_invalidation::condition
