// SPDX-License-Identifier: Apache-2.0

#include "common/condition/lexer.h"

#include <array>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/condition/messages.h"
#include "common/names.h"

namespace cache_invalidation::condition {
namespace {

using Kind = Token::Kind;

struct Spelling {
  absl::string_view text;
  Kind kind;
};

// Longer ones first, since the first match is taken.
constexpr Spelling kSigns[] = {
    {"&&", Kind::kAnd},
    {"||", Kind::kOr},
    {"==", Kind::kEquals},
    {"!=", Kind::kNotEquals},
    {"<=", Kind::kLessEquals},
    {">=", Kind::kGreaterEquals},
    {"<", Kind::kLess},
    {">", Kind::kGreater},
    {"!", Kind::kNot},
    {"+", Kind::kPlus},
    {"-", Kind::kMinus},
    {"*", Kind::kTimes},
    {"/", Kind::kDividedBy},
    {"%", Kind::kModulo},
    {"?", Kind::kQuestion},
    {":", Kind::kColon},
    {",", Kind::kComma},
    {".", Kind::kDot},
    {"(", Kind::kLeftParenthesis},
    {")", Kind::kRightParenthesis},
    {"[", Kind::kLeftBracket},
    {"]", Kind::kRightBracket},
    {"{", Kind::kLeftBrace},
    {"}", Kind::kRightBrace},
};

constexpr Spelling kWords[] = {
    {"true", Kind::kTrue},          {"false", Kind::kFalse},
    {"null", Kind::kNull},          {"in", Kind::kIn},
    {"as", Kind::kReserved},        {"break", Kind::kReserved},
    {"const", Kind::kReserved},     {"continue", Kind::kReserved},
    {"else", Kind::kReserved},      {"for", Kind::kReserved},
    {"function", Kind::kReserved},  {"if", Kind::kReserved},
    {"import", Kind::kReserved},    {"let", Kind::kReserved},
    {"loop", Kind::kReserved},      {"package", Kind::kReserved},
    {"namespace", Kind::kReserved}, {"return", Kind::kReserved},
    {"var", Kind::kReserved},       {"void", Kind::kReserved},
    {"while", Kind::kReserved},
};

constexpr std::array kBinaryOperators = {
    BinaryOperator{Kind::kOr, kOrStrength, Function::kUnknown},
    BinaryOperator{Kind::kAnd, kAndStrength, Function::kUnknown},
    BinaryOperator{Kind::kEquals, kRelationStrength, Function::kEquals},
    BinaryOperator{Kind::kNotEquals, kRelationStrength, Function::kNotEquals},
    BinaryOperator{Kind::kLess, kRelationStrength, Function::kLess},
    BinaryOperator{Kind::kLessEquals, kRelationStrength, Function::kLessEquals},
    BinaryOperator{Kind::kGreater, kRelationStrength, Function::kGreater},
    BinaryOperator{Kind::kGreaterEquals, kRelationStrength, Function::kGreaterEquals},
    BinaryOperator{Kind::kIn, kRelationStrength, Function::kIn},
    BinaryOperator{Kind::kPlus, kSumStrength, Function::kAdd},
    BinaryOperator{Kind::kMinus, kSumStrength, Function::kSubtract},
    BinaryOperator{Kind::kTimes, kProductStrength, Function::kMultiply},
    BinaryOperator{Kind::kDividedBy, kProductStrength, Function::kDivide},
    BinaryOperator{Kind::kModulo, kProductStrength, Function::kModulo},
};

bool BeginsName(char character) { return absl::ascii_isalpha(character) || character == '_'; }
bool ContinuesName(char character) {
  return BeginsName(character) || absl::ascii_isdigit(character);
}

// Whether the character may occur between backticks.
bool IsQuotedNameCharacter(char character) {
  return ContinuesName(character) || absl::StrContains("-./ ", absl::string_view(&character, 1));
}

// The length of the longest prefix of `text` whose bytes satisfy the predicate.
template <typename Predicate>
size_t CountWhile(absl::string_view text, Predicate predicate) {
  return std::find_if_not(text.begin(), text.end(), predicate) - text.begin();
}

// The length of the white space and comments at the beginning of `text`.
size_t CountBlanks(absl::string_view text) {
  size_t blanks = 0;
  while (blanks < text.size()) {
    const absl::string_view rest = text.substr(blanks);
    if (absl::StartsWith(rest, "//")) {
      blanks += std::min(rest.find('\n'), rest.size());
    } else if (absl::StrContains(" \t\n\f\r", rest.substr(0, 1))) {
      ++blanks;
    } else {
      break;
    }
  }
  return blanks;
}

// The kind and length of a token.
struct Measured {
  Kind kind;
  size_t bytes;
};

Measured MeasureWord(absl::string_view text) {
  const size_t bytes = CountWhile(text, ContinuesName);
  const auto* word = std::find_if(std::begin(kWords), std::end(kWords), [&](const Spelling& each) {
    return each.text == text.substr(0, bytes);
  });
  return {word == std::end(kWords) ? Kind::kName : word->kind, bytes};
}

// The length of the exponent at the beginning of `text`, its `e` included; 0 if there is none.
size_t CountExponent(absl::string_view text) {
  if (!absl::StartsWithIgnoreCase(text, "e")) return 0;
  size_t before = 1;
  if (text.size() > 1 && (text[1] == '+' || text[1] == '-')) before = 2;
  const size_t digits = CountWhile(text.substr(before), absl::ascii_isdigit);
  return digits == 0 ? 0 : before + digits;
}

// REQUIRES: `text` begins with a digit, or a dot and a digit.
Measured MeasureNumber(absl::string_view text) {
  size_t bytes = CountWhile(text, absl::ascii_isdigit);
  bool is_double = false;
  if (absl::StartsWith(text, "0x") && CountWhile(text.substr(2), absl::ascii_isxdigit) > 0) {
    bytes = 2 + CountWhile(text.substr(2), absl::ascii_isxdigit);
  } else {
    const absl::string_view rest = text.substr(bytes);
    if (rest.size() > 1 && rest[0] == '.' && absl::ascii_isdigit(rest[1])) {
      bytes += 1 + CountWhile(rest.substr(1), absl::ascii_isdigit);
      is_double = true;
    }
    if (const size_t exponent = CountExponent(text.substr(bytes)); exponent > 0) {
      bytes += exponent;
      is_double = true;
    }
  }
  if (is_double) return {Kind::kDouble, bytes};
  if (absl::StartsWithIgnoreCase(text.substr(bytes), "u")) return {Kind::kUint, bytes + 1};
  return {Kind::kInt, bytes};
}

// If `text` begins with a string, returns its prefix: "", "r", "b" or "br" in any case. Otherwise
// nullopt.
std::optional<absl::string_view> StringPrefix(absl::string_view text) {
  size_t bytes = 0;
  if (absl::StartsWithIgnoreCase(text, "b")) ++bytes;
  if (absl::StartsWithIgnoreCase(text.substr(bytes), "r")) ++bytes;
  const absl::string_view quote = text.substr(bytes, 1);
  if (quote != "'" && quote != "\"") return std::nullopt;
  return text.substr(0, bytes);
}

// The length of the quoted string that `text` begins with, quotes included. Returns nullopt if it
// has no end.
std::optional<size_t> CountQuoted(absl::string_view text, bool raw) {
  const bool triple = text.size() > 2 && text[1] == text[0] && text[2] == text[0];
  const absl::string_view quote = text.substr(0, triple ? 3 : 1);
  for (size_t at = quote.size(); at < text.size(); ++at) {
    if (absl::StartsWith(text.substr(at), quote)) return at + quote.size();
    if (text[at] == '\\' && !raw) ++at;  // an escaped quote does not end the string
    const bool at_line_end = at < text.size() && (text[at] == '\n' || text[at] == '\r');
    if (at_line_end && !triple) return std::nullopt;
  }
  return std::nullopt;
}

class Lexer {
 public:
  explicit Lexer(absl::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<Token>> Run() {
    std::vector<Token> tokens;
    for (;;) {
      at_ += CountBlanks(Rest());
      if (Rest().empty()) break;
      const absl::StatusOr<Measured> next = Measure();
      if (!next.ok()) return next.status();
      tokens.push_back({next->kind, {Offset(at_), Offset(at_ + next->bytes)}});
      at_ += next->bytes;
    }
    tokens.push_back({Kind::kEnd, {Offset(at_), Offset(at_)}});
    return tokens;
  }

 private:
  absl::string_view Rest() const { return text_.substr(at_); }
  static uint32_t Offset(size_t at) { return static_cast<uint32_t>(at); }
  absl::Status Error(absl::string_view message) const { return ErrorAt(text_, at_, message); }

  absl::StatusOr<Measured> Measure() const {
    const absl::string_view rest = Rest();
    if (const auto prefix = StringPrefix(rest)) return MeasureString(*prefix);
    if (BeginsName(rest[0])) return MeasureWord(rest);
    const absl::string_view after_dot = rest[0] == '.' ? rest.substr(1) : rest;
    if (!after_dot.empty() && absl::ascii_isdigit(after_dot[0])) return MeasureNumber(rest);
    if (rest[0] == '`') return MeasureQuotedName();
    for (const Spelling& sign : kSigns) {
      if (absl::StartsWith(rest, sign.text)) return Measured{sign.kind, sign.text.size()};
    }
    return UnknownSign();
  }

  absl::StatusOr<Measured> MeasureString(absl::string_view prefix) const {
    const bool raw = absl::EndsWithIgnoreCase(prefix, "r");
    const std::optional<size_t> bytes = CountQuoted(Rest().substr(prefix.size()), raw);
    if (!bytes) return Error("expected a closing quote on the same line");
    const bool is_bytes = absl::StartsWithIgnoreCase(prefix, "b");
    return Measured{is_bytes ? Kind::kBytes : Kind::kString, prefix.size() + *bytes};
  }

  absl::StatusOr<Measured> MeasureQuotedName() const {
    const size_t name = CountWhile(Rest().substr(1), IsQuotedNameCharacter);
    if (name == 0 || Rest().substr(1 + name, 1) != "`") {
      return Error(
          "expected a quoted name: letters, digits, blanks and any of `_-./` between backticks");
    }
    return Measured{Kind::kQuotedName, name + 2};
  }

  absl::Status UnknownSign() const {
    for (const absl::string_view sign : {"==", "&&", "||"}) {
      if (Rest()[0] == sign[0]) {
        return Error(absl::StrCat("expected `", sign, "`, got ", Quoted(Rest().substr(0, 1))));
      }
    }
    return Error(absl::StrCat("expected a name, a value or an operator, got ",
                              Quoted(Rest().substr(0, Utf8CharacterBytes(Rest())))));
  }

  const absl::string_view text_;
  size_t at_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<Token>> Tokenize(absl::string_view text) { return Lexer(text).Run(); }

const BinaryOperator* FindBinaryOperator(Token::Kind token) {
  const auto* found = std::find_if(kBinaryOperators.begin(), kBinaryOperators.end(),
                                   [&](const BinaryOperator& each) { return each.token == token; });
  return found == kBinaryOperators.end() ? nullptr : found;
}

}  // namespace cache_invalidation::condition
