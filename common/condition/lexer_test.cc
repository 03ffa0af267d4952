// SPDX-License-Identifier: Apache-2.0

#include "common/condition/lexer.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::condition {
namespace {

using Kind = Token::Kind;

// Kind and text of all tokens but the last, which is the end.
std::vector<std::pair<Kind, std::string>> TokensOf(absl::string_view text) {
  std::vector<std::pair<Kind, std::string>> tokens;
  const auto read = Tokenize(text);
  EXPECT_TRUE(read.ok()) << text << ": " << read.status();
  if (!read.ok()) return tokens;
  for (const Token& token : *read) {
    tokens.emplace_back(token.kind,
                        text.substr(token.source.begin, token.source.end - token.source.begin));
  }
  EXPECT_EQ(tokens.back(), std::make_pair(Kind::kEnd, std::string()));
  tokens.pop_back();
  return tokens;
}

// That the text is one token of that kind.
void ExpectToken(absl::string_view text, Kind kind) {
  EXPECT_EQ(TokensOf(text), (std::vector<std::pair<Kind, std::string>>{{kind, std::string(text)}}));
}

std::string ErrorOf(absl::string_view text) {
  return std::string(Tokenize(text).status().message());
}

TEST(Lexer, ReadsWords) {
  for (const char* name : {"a", "_", "a1", "_a_", "True", "inn", "b", "r", "br", "x0"}) {
    ExpectToken(name, Kind::kName);
  }
  for (const char* word :
       {"as", "break", "const", "continue", "else", "for", "function", "if", "import", "let",
        "loop", "package", "namespace", "return", "var", "void", "while"}) {
    ExpectToken(word, Kind::kReserved);
  }
  ExpectToken("true", Kind::kTrue);
  ExpectToken("false", Kind::kFalse);
  ExpectToken("null", Kind::kNull);
  ExpectToken("in", Kind::kIn);
  ExpectToken("`a-b/c.d e_9`", Kind::kQuotedName);
}

TEST(Lexer, ReadsNumbers) {
  for (const char* number : {"0", "123", "007", "0x1F", "0xabc"}) ExpectToken(number, Kind::kInt);
  for (const char* number : {"0u", "1U", "0x1Fu"}) ExpectToken(number, Kind::kUint);
  for (const char* number : {"0.5", ".5", "1.5e3", "1e3", "1E+3", "1e-3", ".5e0"}) {
    ExpectToken(number, Kind::kDouble);
  }
}

TEST(Lexer, EndsNumbersWhereTheyEnd) {
  using Tokens = std::vector<std::pair<Kind, std::string>>;
  EXPECT_EQ(TokensOf("1.a"), (Tokens{{Kind::kInt, "1"}, {Kind::kDot, "."}, {Kind::kName, "a"}}));
  EXPECT_EQ(TokensOf("1e"), (Tokens{{Kind::kInt, "1"}, {Kind::kName, "e"}}));
  EXPECT_EQ(TokensOf("1e+"), (Tokens{{Kind::kInt, "1"}, {Kind::kName, "e"}, {Kind::kPlus, "+"}}));
  EXPECT_EQ(TokensOf("0xg"), (Tokens{{Kind::kInt, "0"}, {Kind::kName, "xg"}}));
  EXPECT_EQ(TokensOf("1.5u"), (Tokens{{Kind::kDouble, "1.5"}, {Kind::kName, "u"}}));
  EXPECT_EQ(TokensOf("1."), (Tokens{{Kind::kInt, "1"}, {Kind::kDot, "."}}));
}

TEST(Lexer, ReadsStrings) {
  for (const char* text :
       {"''", "\"\"", "'a'", "\"it's\"", "'\\''", "'\\\\'", "''''''", "'''a'b''c'''",
        "\"\"\"\n\"\"\"", "r'\\'", "R\"\\\"", "r'''\\'''", "'ä😀'"}) {
    ExpectToken(text, Kind::kString);
  }
  for (const char* text : {"b''", "B'a'", "br'\\'", "bR'a'", "BR'a'", "b'''a\nb'''"}) {
    ExpectToken(text, Kind::kBytes);
  }
  using Tokens = std::vector<std::pair<Kind, std::string>>;
  EXPECT_EQ(TokensOf("rb''"), (Tokens{{Kind::kName, "rb"}, {Kind::kString, "''"}}));
  EXPECT_EQ(TokensOf("'a''b'"), (Tokens{{Kind::kString, "'a'"}, {Kind::kString, "'b'"}}));
}

TEST(Lexer, ReadsSigns) {
  std::string signs;
  for (const auto& [kind, text] : TokensOf("&&||!===!<=<>=>+-*/%?:,.()[]{}")) {
    absl::StrAppend(&signs, text, " ");
  }
  EXPECT_EQ(signs, "&& || != == ! <= < >= > + - * / % ? : , . ( ) [ ] { } ");
}

TEST(Lexer, LeavesOutBlanksAndComments) {
  using Tokens = std::vector<std::pair<Kind, std::string>>;
  EXPECT_EQ(TokensOf(""), Tokens{});
  EXPECT_EQ(TokensOf(" \t\r\n\f"), Tokens{});
  EXPECT_EQ(TokensOf("// nothing"), Tokens{});
  EXPECT_EQ(TokensOf("1// one\n/2"),
            (Tokens{{Kind::kInt, "1"}, {Kind::kDividedBy, "/"}, {Kind::kInt, "2"}}));
}

TEST(Lexer, RefusesTextWithoutItsEnd) {
  const std::string expected = "line 1, column 2: expected a closing quote on the same line";
  for (const char* text : {" '", " 'a", " 'a\n'", " 'a\r'", " \"a'", " 'a\\'", " '\\\n'", " '''a''",
                           " '''a\\'''", " r'a\n'", " b'", " br\"\"\"\"\""}) {
    EXPECT_EQ(ErrorOf(text), expected) << text;
  }
}

TEST(Lexer, RefusesNamesThatCannotBeQuoted) {
  const std::string expected =
      "line 1, column 1: expected a quoted name: letters, digits, blanks and any of `_-./` between "
      "backticks";
  for (const char* text : {"`", "``", "`a", "`a\n`", "`ä`", "`a'b`"}) {
    EXPECT_EQ(ErrorOf(text), expected) << text;
  }
}

TEST(Lexer, RefusesOtherSigns) {
  EXPECT_EQ(ErrorOf("a = 1"), "line 1, column 3: expected `==`, got `=`");
  EXPECT_EQ(ErrorOf("a &"), "line 1, column 3: expected `&&`, got `&`");
  EXPECT_EQ(ErrorOf("a # b"), "line 1, column 3: expected a name, a value or an operator, got `#`");
  EXPECT_EQ(ErrorOf("“a”"), "line 1, column 1: expected a name, a value or an operator, got `“`");
  EXPECT_EQ(ErrorOf(absl::string_view("\0", 1)),
            "line 1, column 1: expected a name, a value or an operator, got `\\x00`");
}

}  // namespace
}  // namespace cache_invalidation::condition
