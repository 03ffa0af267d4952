// SPDX-License-Identifier: Apache-2.0

#include "common/condition/texts.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/condition/comparison.h"
#include "common/condition/limits.h"
#include "common/condition/messages.h"
#include "common/pattern.h"

namespace cache_invalidation::condition {
namespace {

// Where RE2's cache does not help, it builds a state per byte or simulates the automaton: up to
// eleven nanoseconds per instruction of the pattern and byte, plus a sixth of a microsecond. A unit
// is twelve nanoseconds, and up to three times as much at worst.
constexpr uint64_t kUnitsOfStates = 40;
constexpr uint64_t kUnitsPerInstruction = 3;
// Where the cache helps, a byte takes up to five nanoseconds, and the states are built once.
constexpr uint64_t kUnitsOfSmallAutomaton = 2;
constexpr uint64_t kInstructionsPerUnit = 10;

// The maximum repetition count of RE2, which rejects a larger one without compiling. And a cap that
// exceeds the length of any pattern.
constexpr uint64_t kMostRepetitions = 1000;
constexpr uint64_t kMostBytes = 1'000'000'000;

int64_t MemoryFor(Regex::Origin origin, bool small) {
  if (origin == Regex::Origin::kWrite) return kMaxPassingRegexMemoryBytes;
  return small ? kMaxRegexMemoryBytes : kMaxLargeRegexMemoryBytes;
}

uint64_t InstructionsOf(const re2::RE2& compiled) {
  int instructions = compiled.ProgramSize();
  // A match anchored at the end of a text is searched backwards.
  if (absl::StrContains(compiled.pattern(), '$') || absl::StrContains(compiled.pattern(), "\\z")) {
    instructions = std::max(instructions, compiled.ReverseProgramSize());
  }
  return static_cast<uint64_t>(std::max(instructions, 0));
}

// The end of the unit that begins at `at`: an escape, a class or one byte.
size_t EndOfPart(absl::string_view pattern, size_t at) {
  const auto behind = [&](absl::string_view end, size_t from) {
    const size_t found = pattern.find(end, from);
    return found == absl::string_view::npos ? pattern.size() : found + end.size();
  };
  if (pattern[at] == '\\') {
    const absl::string_view escape = pattern.substr(at + 1, 2);
    if (absl::StartsWith(escape, "Q")) return behind("\\E", at + 2);
    // Braces with a name or number, not a repetition.
    if (escape == "p{" || escape == "P{" || escape == "x{") return behind("}", at + 2);
    return std::min(at + 2, pattern.size());
  }
  if (pattern[at] != '[') return at + 1;
  size_t end = at + 1;
  if (absl::StartsWith(pattern.substr(end), "^")) ++end;
  // A leading `]` is a member of the class.
  if (absl::StartsWith(pattern.substr(end), "]")) ++end;
  while (end < pattern.size() && pattern[end] != ']') {
    const bool is_named = absl::StartsWith(pattern.substr(end), "[:");
    end = is_named ? behind(":]", end)
                   : std::min(end + (pattern[end] == '\\' ? 2 : 1), pattern.size());
  }
  return std::min(end + 1, pattern.size());
}

// Parses `{n}`, `{n,}` or `{n,m}` at `at`, and moves `at` past it. Returns nullopt if there is
// none.
std::optional<uint64_t> Repetitions(absl::string_view pattern, size_t& at) {
  const size_t end = pattern.find('}', at);
  if (end == absl::string_view::npos) return std::nullopt;
  uint64_t most = 0;
  uint64_t number = 0;
  for (const char byte : pattern.substr(at + 1, end - at - 1)) {
    if (byte == ',') {
      number = 0;
    } else if (byte >= '0' && byte <= '9') {
      number = std::min(10 * number + static_cast<uint64_t>(byte - '0'), kMostRepetitions + 1);
      most = std::max(most, number);
    } else {
      return std::nullopt;
    }
  }
  at = end + 1;
  return most > kMostRepetitions ? 1 : std::max<uint64_t>(most, 1);
}

using Kind = Value::Kind;

// The cost of compiling a pattern, in units: a constant, per byte with repetitions expanded, and
// per \p{...}, a character class made of hundreds of ranges, which takes a third of a millisecond
// for letters. What a class really took shows in the number of instructions, which are charged
// afterwards.
constexpr uint64_t kCompileUnits = 2000;
constexpr uint64_t kCompileByteUnits = 20;
constexpr uint64_t kCompileClassUnits = 6000;
constexpr uint64_t kCompileInstructionUnits = 10;
// A part of up to this length is compared at every offset of a text at no extra charge.
constexpr size_t kCheapPartBytes = 100;

int64_t CountCharacters(absl::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;  // not a continuation byte
  });
}

bool AreStrings(Value left, Value right) {
  return left.is(Kind::kString) && right.is(Kind::kString);
}

Value Run(const Regex& pattern, absl::string_view text, Budget& budget) {
  if (!budget.SpendOnSize(text.size() * pattern.UnitsForTenBytes())) return Budget::TooExpensive();
  return Value::Bool(pattern.Matches(text));
}

uint64_t CompileUnits(absl::string_view pattern) {
  uint64_t units = kCompileUnits + kCompileByteUnits * SpelledOutBytes(pattern);
  for (size_t i = 0; i + 1 < pattern.size(); ++i) {
    const bool is_class = pattern[i] == '\\' && (pattern[i + 1] == 'p' || pattern[i + 1] == 'P');
    if (is_class) units += kCompileClassUnits;
  }
  return units;
}

// For a pattern that may come from a write.
Value CompileAndRun(absl::string_view pattern, absl::string_view text, Budget& budget) {
  // Estimating the cost reads the whole pattern, too.
  if (!budget.SpendOnSize(pattern.size()) || !budget.Spend(CompileUnits(pattern))) {
    return Budget::TooExpensive();
  }
  const auto compiled = Regex::Compile(pattern, Regex::Origin::kWrite);
  if (!compiled.ok()) return budget.Error({compiled.status().message()});
  if (!budget.Spend(kCompileInstructionUnits * (*compiled)->instructions())) {
    return Budget::TooExpensive();
  }
  return Run(**compiled, text, budget);
}

}  // namespace

absl::StatusOr<std::unique_ptr<const Regex>> Regex::Compile(absl::string_view pattern,
                                                            Origin origin) {
  const bool small = HasSmallAutomaton(pattern, MatchBegin::kAnywhere);
  re2::RE2::Options options;
  // An invalid pattern is reported to its author, not to the log.
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(MemoryFor(origin, small));
  std::unique_ptr<Regex> regex(new Regex(pattern, options));
  if (!regex->compiled_.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a pattern in RE2 syntax: ", regex->compiled_.error()));
  }
  regex->instructions_ = InstructionsOf(regex->compiled_);
  if (regex->instructions_ > kMaxRegexInstructions) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected a pattern of at most ", kMaxRegexInstructions, " instructions when compiled"));
  }
  // A pattern that is dropped after one text does not profit from the cache.
  regex->units_for_ten_bytes_ =
      small && origin == Origin::kCondition
          ? kUnitsOfSmallAutomaton + regex->instructions_ / kInstructionsPerUnit
          : kUnitsOfStates + kUnitsPerInstruction * regex->instructions_;
  return regex;
}

uint64_t SpelledOutBytes(absl::string_view pattern) {
  // The length of each open group, the whole pattern first, and of the last unit read.
  std::vector<uint64_t> groups = {0};
  uint64_t last = 0;
  for (size_t at = 0; at < pattern.size();) {
    const char front = pattern[at];
    if (front == '{') {
      if (const auto count = Repetitions(pattern, at)) {
        groups.back() += last * (*count - 1);
        last = std::min(last * *count, kMostBytes);
        continue;
      }
    }
    if (front == ')' && groups.size() > 1) {
      last = std::min(groups.back() + 1, kMostBytes);
      groups.pop_back();
      ++at;
    } else if (front == '(') {
      groups.push_back(1);
      ++at;
      continue;
    } else {
      const size_t end = EndOfPart(pattern, at);
      // A repetition operator is part of the last unit.
      last = absl::StrContains("*+?", pattern.substr(at, 1)) ? last : end - at;
      groups.back() += end - at;
      at = end;
      continue;
    }
    groups.back() += last;
  }
  uint64_t bytes = 0;
  for (const uint64_t group : groups) bytes += std::min(group, kMostBytes);
  return bytes;
}

Value Size(Value value, Budget& budget) {
  switch (value.kind()) {
    case Kind::kString:
      if (!budget.SpendOnSize(value.size())) return Budget::TooExpensive();
      return Value::Int(CountCharacters(value.as_text()));
    case Kind::kMap:
      if (!KeysAreKnown(value, budget)) return Value::Unknown();
      return Value::Int(static_cast<int64_t>(value.size()));
    case Kind::kBytes:
    case Kind::kList:
      return Value::Int(static_cast<int64_t>(value.size()));
    default:
      return NoSuchOverload(Function::kSize, {value}, budget);
  }
}

Value Search(Function function, Value text, Value part, Budget& budget) {
  if (!AreStrings(text, part)) return NoSuchOverload(function, {text, part}, budget);
  // In the worst case the part almost matches at every offset, and searching costs the product.
  const size_t work = function == Function::kContains
                          ? text.size() * (1 + part.size() / kCheapPartBytes)
                          : std::min(text.size(), part.size());
  if (!budget.SpendOnSize(work)) return Budget::TooExpensive();
  switch (function) {
    case Function::kContains:
      return Value::Bool(absl::StrContains(text.as_text(), part.as_text()));
    case Function::kStartsWith:
      return Value::Bool(absl::StartsWith(text.as_text(), part.as_text()));
    default:
      return Value::Bool(absl::EndsWith(text.as_text(), part.as_text()));
  }
}

Value Matches(Value text, Value pattern, const Regex* compiled, Budget& budget) {
  if (!AreStrings(text, pattern)) {
    return NoSuchOverload(Function::kMatches, {text, pattern}, budget);
  }
  if (compiled == nullptr) return CompileAndRun(pattern.as_text(), text.as_text(), budget);
  return Run(*compiled, text.as_text(), budget);
}

}  // namespace cache_invalidation::condition
