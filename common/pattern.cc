// SPDX-License-Identifier: Apache-2.0

#include "common/pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/limits.h"
#include "common/names.h"

namespace cache_invalidation {
namespace {

// Memory of one compiled pattern with its caches; beyond it RE2 uses a slower matcher.
constexpr int64_t kMaxPatternMemoryBytes = 2 << 20;
// For any other pattern: instructions times bytes of the key per step. RE2 takes up to eleven
// nanoseconds for each.
constexpr uint64_t kInstructionBytesPerStep = 10;

re2::StringPiece ToPiece(absl::string_view text) { return {text.data(), text.size()}; }

re2::RE2::Options CompileOptions() {
  re2::RE2::Options options;
  // A bad expression is reported to its caller, not logged.
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(kMaxPatternMemoryBytes);
  return options;
}

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Consumes a class in brackets, without its `[`. Returns false if it may end elsewhere: `[` is part
// of a named class, but not in `[:-[:a]`.
bool SkipClass(absl::string_view& left) {
  absl::ConsumePrefix(&left, "^");
  // A `]` in first place does not end the class.
  absl::ConsumePrefix(&left, "]");
  while (!left.empty() && !absl::ConsumePrefix(&left, "]")) {
    if (left.front() == '[') return false;
    left.remove_prefix(std::min<size_t>(left.front() == '\\' ? 2 : 1, left.size()));
  }
  return true;
}

// Returns whether there may be a `|` outside of all groups.
bool MayHaveAlternatives(absl::string_view left) {
  if (!absl::StrContains(left, '|')) return false;
  if (absl::StrContains(left, "\\Q")) return true;  // quoted parentheses are not groups
  int depth = 0;
  while (!left.empty()) {
    const char front = left.front();
    left.remove_prefix(1);
    if (front == '\\' && !left.empty()) left.remove_prefix(1);
    if (front == '[' && !SkipClass(left)) return true;
    if (front == '(') ++depth;
    if (front == ')') --depth;
    if (front == '|' && depth <= 0) return true;
  }
  return false;
}

// Moves a literal character from `left` to `prefix`. Returns false if there is none.
bool TakeLiteral(absl::string_view& left, std::string& prefix) {
  if (left.empty() || absl::StrContains("^$.|()[]*+?{}", left.front())) return false;
  if (left.front() == '\\') {
    // Letters and digits have a meaning; bytes beyond ASCII are no escapes.
    if (left.size() < 2 || left[1] == '_') return false;
    if (absl::ascii_isalnum(static_cast<unsigned char>(left[1]))) return false;
    left.remove_prefix(1);
  }
  do {
    prefix += left.front();
    left.remove_prefix(1);
  } while (!left.empty() && IsContinuation(left.front()));
  return true;
}

// Returns whether the character before `left` may occur not even once. RE2 ignores `(?i)`, `\Q` and
// `\E` when it looks for what a star repeats: `ab+(?i)*` is `a(?i)(?:b+)*`.
bool MayBeOptional(absl::string_view left) {
  absl::ConsumePrefix(&left, "+");
  if (left.empty()) return false;
  if (absl::StrContains("*?{", left.front())) return true;
  return absl::StartsWith(left, "\\Q") || absl::StartsWith(left, "\\E") ||
         (absl::StartsWith(left, "(?") && !absl::StartsWith(left, "(?:"));
}

// Returns a text that every match of the expression, which RE2 accepts, begins with: its literal
// characters up to the first construct that is none. Takes as long as reading the text.
// RE2::PossibleMatchRange finds longer prefixes, but builds a state of the automaton for each of
// their characters: 25 milliseconds for an expression of twenty bytes.
std::string LiteralPrefixOf(absl::string_view expression) {
  absl::string_view left = absl::StripPrefix(expression, "^");
  std::string prefix;
  size_t before_last = 0;  // the size of the prefix without its last character
  for (size_t size = 0; TakeLiteral(left, prefix); size = prefix.size()) before_last = size;
  if (MayBeOptional(left)) prefix.resize(before_last);
  if (MayHaveAlternatives(left)) prefix.clear();
  return prefix;
}

// Returns how many instructions RE2 may have to follow per byte of a key.
uint64_t InstructionsPerByte(const re2::RE2& compiled) {
  if (HasSmallAutomaton(compiled.pattern(), MatchBegin::kAtTheStart)) return 0;
  return static_cast<uint64_t>(std::max(compiled.ProgramSize(), 0));
}

}  // namespace

absl::StatusOr<Pattern> Pattern::Compile(absl::string_view expression) {
  if (absl::Status text = CheckText(expression, 1, kMaxPatternBytes); !text.ok()) return text;
  auto compiled = std::make_shared<const re2::RE2>(ToPiece(expression), CompileOptions());
  if (!compiled->ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an expression in RE2 syntax: ", compiled->error()));
  }
  if (compiled->ProgramSize() > kMaxPatternInstructions) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an expression of at most ", kMaxPatternInstructions,
                     " instructions when compiled, got ", compiled->ProgramSize()));
  }
  return Pattern(std::move(compiled));
}

Pattern::Pattern(std::shared_ptr<const re2::RE2> compiled)
    : compiled_(std::move(compiled)),
      literal_prefix_(LiteralPrefixOf(expression())),
      instructions_per_byte_(InstructionsPerByte(*compiled_)) {}

bool Pattern::Matches(absl::string_view key) const {
  // Most keys do not have the prefix, which is very cheap to detect.
  return absl::StartsWith(key, literal_prefix_) && re2::RE2::FullMatch(ToPiece(key), *compiled_);
}

uint64_t Pattern::MatchSteps(size_t key_bytes) const {
  return kStepsPerMatch * (1 + key_bytes / kBytesPerMatch) +
         instructions_per_byte_ * key_bytes / kInstructionBytesPerStep;
}

bool Pattern::MayMatchPrefix(absl::string_view prefix) const {
  const size_t common = std::min(prefix.size(), literal_prefix_.size());
  return prefix.substr(0, common) == absl::string_view(literal_prefix_).substr(0, common);
}

absl::string_view Pattern::expression() const { return compiled_->pattern(); }

}  // namespace cache_invalidation
