#include "common/condition/text_functions.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "common/condition/errors.h"
#include "common/condition/limits.h"
#include "common/condition/map.h"
#include "common/condition/regex.h"

namespace cache_invalidation::condition {
namespace {

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
