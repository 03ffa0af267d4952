#include "common/condition/text_functions.h"

#include <re2/re2.h>

#include <algorithm>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "common/condition/errors.h"
#include "common/condition/regex.h"

namespace cache_invalidation::condition {
namespace {

using Kind = Value::Kind;

// Instructions of a pattern that match for the price of plain searching.
constexpr uint64_t kCheapInstructions = 100;
// Bytes of a part that are compared at every place of a text for the price of going there.
constexpr size_t kCheapPartBytes = 100;
// What it costs to compile a pattern, with every byte of it: microseconds each.
constexpr uint64_t kCompileUnits = 100;

int64_t CountCharacters(absl::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;  // no continuation of a character
  });
}

bool AreStrings(Value left, Value right) {
  return left.is(Kind::kString) && right.is(Kind::kString);
}

Value Run(const re2::RE2& pattern, absl::string_view text, Budget& budget) {
  const uint64_t program = static_cast<uint64_t>(std::max(pattern.ProgramSize(), 0));
  if (!budget.SpendOnSize(text.size() * (1 + program / kCheapInstructions))) {
    return Budget::TooExpensive();
  }
  return Value::Bool(re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern));
}

}  // namespace

Value Size(Value value, Budget& budget) {
  switch (value.kind()) {
    case Kind::kString:
      if (!budget.SpendOnSize(value.size())) return Budget::TooExpensive();
      return Value::Int(CountCharacters(value.as_text()));
    case Kind::kBytes:
    case Kind::kList:
    case Kind::kMap:
      return Value::Int(static_cast<int64_t>(value.size()));
    default:
      return NoSuchOverload(Function::kSize, {value}, budget);
  }
}

Value Search(Function function, Value text, Value part, Budget& budget) {
  if (!AreStrings(text, part)) return NoSuchOverload(function, {text, part}, budget);
  // A part may match nearly as a whole at every place: then searching costs the product.
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

Value Matches(Value text, Value pattern, const re2::RE2* compiled, Budget& budget) {
  if (!AreStrings(text, pattern)) {
    return NoSuchOverload(Function::kMatches, {text, pattern}, budget);
  }
  if (compiled != nullptr) return Run(*compiled, text.as_text(), budget);
  if (!budget.Spend(kCompileUnits + pattern.size())) return Budget::TooExpensive();
  const auto fresh = CompileRegex(pattern.as_text());
  if (!fresh.ok()) return budget.Error({fresh.status().message()});
  budget.Spend(static_cast<uint64_t>((*fresh)->ProgramSize()));
  return Run(**fresh, text.as_text(), budget);
}

}  // namespace cache_invalidation::condition
