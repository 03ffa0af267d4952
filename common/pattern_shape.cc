// SPDX-License-Identifier: Apache-2.0

#include "common/pattern.h"

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace cache_invalidation {
namespace {

// The characters that can match at one place. `others`: some, perhaps all, characters beyond ASCII.
struct Characters {
  std::bitset<128> ascii;
  bool others = false;
  bool is_any = false;    // `.`
  bool is_class = false;  // more than one; `[.]` is not a class

  bool MayBe(char byte) const {
    const auto code = static_cast<unsigned char>(byte);
    return code < 128 ? ascii[code] : others;
  }
  void AddRange(unsigned first, unsigned last) {
    for (unsigned code = first; code <= last && code < 128; ++code) ascii.set(code);
    others |= last >= 128;
  }
};

Characters One(char byte) {
  Characters one;
  const auto code = static_cast<unsigned char>(byte);
  one.AddRange(code, code);
  return one;
}

Characters Not(Characters characters) {
  characters.ascii.flip();
  characters.others = true;
  return characters;
}

bool IsLetterOrDigit(char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
         (byte >= 'A' && byte <= 'Z');
}

// Returns nothing if the escape is neither a class nor a character.
std::optional<Characters> Escape(char letter) {
  Characters found;
  switch (letter) {
    case 'd':
    case 'D':
      found.AddRange('0', '9');
      break;
    case 'w':
    case 'W':
      for (const char range : {'0', 'a', 'A'}) {
        found.AddRange(range, range == '0' ? '9' : range + 25);
      }
      found.ascii.set('_');
      break;
    case 's':
    case 'S':
      for (const char space : {'\t', '\n', '\f', '\r', ' '}) found.ascii.set(space);
      break;
    default:
      if (IsLetterOrDigit(letter) || static_cast<unsigned char>(letter) >= 128) {
        return std::nullopt;
      }
      return One(letter);
  }
  return letter == 'D' || letter == 'W' || letter == 'S' ? Not(found) : found;
}

size_t BytesOfCharacter(char lead) {
  const auto code = static_cast<unsigned char>(lead);
  return code < 0xC0 ? 1 : code < 0xE0 ? 2 : code < 0xF0 ? 3 : 4;
}

// Reads one expression from its beginning to its end and stops at the first construct that is not
// known to be harmless.
class Scanner {
 public:
  Scanner(absl::string_view expression, MatchBegin begin)
      : left_(expression), clear_(begin == MatchBegin::kAtTheStart) {}

  bool Scan() {
    if (absl::ConsumePrefix(&left_, "^")) clear_ = true;
    while (!left_.empty()) {
      if (left_ == "$") return true;
      if (!(left_.front() == '(' ? Group() : Character())) return false;
      if (places_ > kMaxSmallPatternPlaces) return false;
    }
    return true;
  }

 private:
  // Reads a character with its repetition.
  bool Character() {
    const std::optional<Characters> item = Read();
    if (!item.has_value()) return false;
    if (absl::ConsumePrefix(&left_, "*")) return Star(*item, /*once=*/false);
    if (absl::ConsumePrefix(&left_, "+")) return Star(*item, /*once=*/true);
    Begin(*item);
    size_t count = 1;
    if (absl::ConsumePrefix(&left_, "{")) {
      if (!clear_ || !Number(count)) return false;
    }
    // A class by itself would be one more place that a match may or may not have reached.
    if (item->is_class && !clear_) return false;
    places_ += count;
    return !IsRepeated();
  }

  bool IsRepeated() const {
    return !left_.empty() && absl::StrContains("*+?{", left_.substr(0, 1));
  }

  // Reads the rest of `{n}`; refuses `{n,}` and `{n,m}`.
  bool Number(size_t& count) {
    count = 0;
    while (!left_.empty() && left_.front() >= '0' && left_.front() <= '9') {
      count = 10 * count + static_cast<size_t>(left_.front() - '0');
      left_.remove_prefix(1);
      if (count > kMaxSmallPatternPlaces) return false;
    }
    return count > 0 && absl::ConsumePrefix(&left_, "}");
  }

  bool Star(const Characters& item, bool once) {
    if (IsRepeated()) return false;
    if (once) {
      Begin(item);
    } else if (star_.has_value()) {
      // The next item can follow either of two stars.
      BecomeUnclear();
    }
    groups_ = 0;
    ++places_;
    star_ = item;
    if (!clear_ && !item.is_any) ++ending_stars_;
    return ending_stars_ <= kMaxEndingStars;
  }

  // Called before an item that begins with one of these characters. If the preceding star can match
  // that character as well, the place of a match is no longer determined.
  void Begin(const Characters& next) {
    if (!star_.has_value()) return;
    if ((star_->ascii & next.ascii).any() || (star_->others && next.others)) BecomeUnclear();
    star_.reset();
  }

  // A match never returns to the stars before the last one.
  void BecomeUnclear() {
    if (!clear_) return;
    clear_ = false;
    ending_stars_ = star_->is_any ? 0 : 1;
  }

  // Reads `(a|b)`, a group of literals.
  bool Group() {
    left_.remove_prefix(1);
    absl::ConsumePrefix(&left_, "?:");
    const size_t end = left_.find(')');
    if (end == absl::string_view::npos) return false;
    const absl::string_view inside = left_.substr(0, end);
    // Refuses everything that is not a literal, and escapes, which are not needed here.
    if (inside.find_first_of("\\.[({?*+^$\n") != absl::string_view::npos) return false;
    left_.remove_prefix(end + 1);
    if (IsRepeated()) return false;
    std::vector<absl::string_view> words = absl::StrSplit(inside, '|');
    std::sort(words.begin(), words.end());
    if (words.front().empty()) return false;
    Characters first;
    for (absl::string_view word : words) {
      const Characters one = One(word.front());
      first.ascii |= one.ascii;
      first.others |= one.others;
      places_ += word.size();
    }
    Begin(first);
    // In sorted order, a word is directly followed by the words that begin with it.
    const auto alike = std::adjacent_find(
        words.begin(), words.end(),
        [](absl::string_view a, absl::string_view b) { return absl::StartsWith(b, a); });
    if (clear_) return alike == words.end();
    return ++groups_ == 1;
  }

  // Reads the set of characters that can match next.
  std::optional<Characters> Read() {
    const bool may_be_class = absl::StrContains("\\.[", left_.substr(0, 1));
    std::optional<Characters> found = ReadAny();
    if (found.has_value()) {
      found->is_class = may_be_class && (found->others || found->ascii.count() != 1);
    }
    return found;
  }

  std::optional<Characters> ReadAny() {
    const char front = left_.front();
    switch (front) {
      case '\\': {
        if (left_.size() < 2) return std::nullopt;
        const auto found = Escape(left_[1]);
        left_.remove_prefix(2);
        return found;
      }
      case '.': {
        left_.remove_prefix(1);
        Characters any = Not(One('\n'));
        any.is_any = true;
        return any;
      }
      case '[':
        left_.remove_prefix(1);
        return ReadClass();
      case '^':
      case '$':
      case '|':
      case ')':
      case '*':
      case '+':
      case '?':
      case '{':
      // `.` does not match it, so it could end any number of stars of `.`.
      case '\n':
        return std::nullopt;
      default:
        return ReadLiteral();
    }
  }

  Characters ReadLiteral() {
    const Characters literal = One(left_.front());
    const size_t bytes = std::min(BytesOfCharacter(left_.front()), left_.size());
    // The caller counts the last of them.
    places_ += bytes - 1;
    left_.remove_prefix(bytes);
    return literal;
  }

  // Reads the rest of a class in brackets.
  std::optional<Characters> ReadClass() {
    const bool negated = absl::ConsumePrefix(&left_, "^");
    Characters found;
    // A `]` in first place does not end the class.
    if (absl::StartsWith(left_, "]")) return std::nullopt;
    while (!absl::ConsumePrefix(&left_, "]")) {
      if (left_.empty() || absl::StartsWith(left_, "[")) return std::nullopt;
      std::optional<Characters> part;
      const bool escaped = absl::ConsumePrefix(&left_, "\\");
      if (left_.empty()) return std::nullopt;
      const char first = left_.front();
      part = escaped ? Escape(first) : One(first);
      if (!part.has_value()) return std::nullopt;
      left_.remove_prefix(std::min(BytesOfCharacter(first), left_.size()));
      if (left_.size() > 1 && left_[0] == '-' && left_[1] != ']') {
        const char last = left_[1];
        if (escaped || last == '\\' || last == '[') return std::nullopt;
        part->AddRange(static_cast<unsigned char>(first), static_cast<unsigned char>(last));
        left_.remove_prefix(1 + std::min(BytesOfCharacter(last), left_.size() - 1));
      }
      found.ascii |= part->ascii;
      found.others |= part->others;
    }
    return negated ? Not(found) : found;
  }

  // Maximum number of stars after the first undetermined place that some character ends.
  static constexpr int kMaxEndingStars = 2;

  absl::string_view left_;
  // Whether the text so far determines the place in the expression.
  bool clear_;
  // The last item, if it is a star.
  std::optional<Characters> star_;
  int ending_stars_ = 0;
  // Groups since the last star.
  int groups_ = 0;
  size_t places_ = 0;
};

}  // namespace

bool HasSmallAutomaton(absl::string_view expression, MatchBegin begin) {
  return Scanner(expression, begin).Scan();
}

}  // namespace cache_invalidation
