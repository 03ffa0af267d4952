#include "common/pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
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

// All matches are between two bounds, so they begin with the common prefix of the bounds.
std::string LiteralPrefixOf(const re2::RE2& compiled) {
  std::string least;
  std::string most;
  if (!compiled.PossibleMatchRange(&least, &most, kMaxPatternBytes)) return "";
  const size_t shorter = std::min(least.size(), most.size());
  const auto differ = std::mismatch(least.begin(), least.begin() + shorter, most.begin());
  least.erase(differ.first, least.end());
  return least;
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
      literal_prefix_(LiteralPrefixOf(*compiled_)),
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
