// SPDX-License-Identifier: Apache-2.0

// Any condition over any write: the evaluation ends within its limits, and its results are
// consistent with each other.
//
// The input is a condition up to the first NUL; the bytes after it make the write.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "common/check.h"
#include "common/condition/condition.h"
#include "common/condition/limits.h"
#include "common/json_value.h"
#include "common/names.h"
#include "tests/fakes/fixed_json.h"

namespace cache_invalidation {
namespace {

constexpr int kDeepestContext = 4;
constexpr size_t kMostMembers = 8;
// Beyond the position, two values that are quoted, and a few words.
constexpr size_t kLongestMessage = 2'000;
// What one step may add: evaluation stops at the first look at a budget that is used up.
constexpr uint64_t kCostOfOneStep = 100'000;

// Makes a write of bytes: whatever they are, some write comes out.
class WriteRecipe {
 public:
  explicit WriteRecipe(absl::string_view bytes) : bytes_(bytes) {}

  size_t Below(size_t bound) {
    if (bytes_.empty()) return 0;
    const size_t choice = static_cast<unsigned char>(bytes_.front()) % bound;
    bytes_.remove_prefix(1);
    return choice;
  }

  // UTF-8, as all text of a write is.
  std::string Text() {
    static constexpr const char* kTexts[] = {"",       "a",        "abc",  "price",
                                             "delete", "\xc3\xa9", "1.5s", "2009-02-13T23:31:30Z"};
    const size_t size = Below(16);
    if (size < std::size(kTexts)) return kTexts[size];
    const absl::string_view text = bytes_.substr(0, size);
    bytes_.remove_prefix(text.size());
    return IsUtf8(text) ? std::string(text) : "\xf0\x9f\x98\x80";
  }

  JsonValue Json(int depth) {
    switch (Below(depth > 0 ? 8 : 6)) {
      case 0:
        return {};
      case 1:
        return Below(2) == 1;
      case 2:
        return Number();
      case 3:
        return Text();
      case 4:
        return JsonValue::Number(NumberText());
      case 5:
        return JsonValue::Unknown();
      case 6: {
        JsonValue::List list;
        for (size_t left = Below(kMostMembers); left > 0; --left) list.push_back(Json(depth - 1));
        return list;
      }
      default:
        return Object(depth);
    }
  }

  JsonValue Object(int depth) {
    JsonValue::Object object;
    for (size_t left = Below(kMostMembers); left > 0; --left) {
      std::string name(1, static_cast<char>('a' + Below(6)));
      object.emplace_back(std::move(name), Json(depth - 1));
    }
    if (Below(8) == 1) object.emplace_back(std::string(kUnknownName), true);
    return JsonValue(std::move(object));
  }

  // What the value may be, once everything in it is known.
  JsonValue Known(const JsonValue& value, int depth) {
    if (value.is_unknown()) return depth > 0 ? Known(Json(depth - 1), depth - 1) : JsonValue();
    if (const JsonValue::List* list = value.as_list()) {
      JsonValue::List known;
      for (const JsonValue& element : *list) known.push_back(Known(element, depth));
      return known;
    }
    return value.as_object() == nullptr ? value : KnownObject(value, depth);
  }

 private:
  JsonValue KnownObject(const JsonValue& value, int depth) {
    JsonValue::Object known;
    for (const auto& [name, member] : *value.as_object()) {
      const bool absent = name == kUnknownName || (member.is_unknown() && Below(3) == 1);
      if (!absent) known.emplace_back(name, Known(member, depth));
    }
    for (size_t left = value.is_open() && depth > 0 ? Below(4) : 0; left > 0; --left) {
      std::string name(1, static_cast<char>('a' + Below(6)));
      if (value.Find(name) != nullptr) continue;
      known.emplace_back(std::move(name), Known(Json(depth - 1), depth - 1));
    }
    return known;
  }

  std::string NumberText() {
    static constexpr const char* kTexts[] = {"0",
                                             "-0",
                                             "1",
                                             "10.00",
                                             "0.5",
                                             "1e+20",
                                             "9007199254740991",
                                             "9007199254740993",
                                             "-9223372036854775808",
                                             "18446744073709551615",
                                             "100000000000000.001",
                                             "1e400",
                                             "no number"};
    return kTexts[Below(std::size(kTexts))];
  }

  double Number() {
    static constexpr double kNumbers[] = {
        0, -0.0, 1, -1, 0.5, 1e308, 1e21, 3, -0x1p63, 0x1p64, 9007199254740993.0};
    const size_t choice = Below(32);
    return choice < std::size(kNumbers) ? kNumbers[choice] : static_cast<double>(choice);
  }

  absl::string_view bytes_;
};

void CheckOutcome(const Condition::Outcome& outcome) {
  Check(outcome.error.ok() || outcome.holds, "what cannot be evaluated holds");
  Check(outcome.cost <= condition::kMaxCost + kCostOfOneStep, "an evaluation stops at its cost");
  Check(outcome.error.message().size() <= kLongestMessage, "an error is short");
  Check(IsUtf8(outcome.error.message()), "an error is UTF-8: it goes into messages");
  if (outcome.error.ok()) return;
  const bool known = outcome.error.code() == absl::StatusCode::kFailedPrecondition ||
                     outcome.error.code() == absl::StatusCode::kResourceExhausted;
  Check(known, "an error is one of two kinds");
}

void CheckTrace(const Condition& condition, const std::vector<Condition::Step>& steps,
                const Condition::Outcome& outcome) {
  Check(steps.size() <= condition::kMaxTraceSteps, "a trace is bounded");
  int depth = -1;
  for (const Condition::Step& step : steps) {
    Check(step.source.begin < step.source.end && step.source.end <= condition.text().size(),
          "a step is of a part of the text");
    Check(step.depth >= 0 && step.depth <= depth + 1, "a step is at most one deeper than the last");
    Check(IsUtf8(step.value), "a step is UTF-8: people read it");
    depth = step.depth;
  }
  if (steps.empty() || !outcome.error.ok()) return;
  Check(steps[0].value == (outcome.holds ? "true" : "false"), "the first step is the outcome");
}

// A context as it is, without what the service adds to one.
class PlainJson final : public JsonSource {
 public:
  explicit PlainJson(JsonValue value) : value_(std::move(value)) {}
  const JsonValue& Get() const override { return value_; }

 private:
  const JsonValue value_;
};

// What the evaluation did not need to know makes no difference.
void CheckUnknowns(const Condition& condition, WriteEvent write, const Condition::Outcome& outcome,
                   WriteRecipe& recipe) {
  if (!outcome.error.ok()) return;
  const PlainJson context(recipe.Known(write.context->Get(), kDeepestContext));
  write.context = &context;
  const Condition::Outcome known = condition.Evaluate(write);
  const bool beyond_limits = known.error.code() == absl::StatusCode::kResourceExhausted ||
                             absl::StrContains(known.error.message(), "too large");
  Check(beyond_limits || (known.error.ok() && known.holds == outcome.holds),
        "an outcome does not depend on what is not known");
}

void Evaluate(const Condition& condition, WriteRecipe recipe) {
  const std::string texts[] = {recipe.Text(), recipe.Text(), recipe.Text()};
  std::vector<std::string> tags;
  for (size_t left = recipe.Below(kMostMembers); left > 0; --left) tags.push_back(recipe.Text());
  const FixedJson context(recipe.Object(kDeepestContext));
  const WriteEvent write = {.resource_type = texts[1],
                            .resource_id = texts[2],
                            .operation = texts[0],
                            .tags = {tags.begin(), tags.end()},
                            .context = &context};

  const Condition::Outcome outcome = condition.Evaluate(write);
  CheckOutcome(outcome);
  const Condition::Outcome again = condition.Evaluate(write);
  Check(again.holds == outcome.holds && again.error == outcome.error && again.cost == outcome.cost,
        "the same write gives the same outcome");
  CheckTrace(condition, condition.Trace(write), outcome);
  CheckUnknowns(condition, write, outcome, recipe);
}

}  // namespace
}  // namespace cache_invalidation

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cache_invalidation;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t end = std::min(input.find('\0'), size);
  const absl::StatusOr<Condition> condition = Condition::Parse(input.substr(0, end));
  if (!condition.ok()) return 0;
  const absl::string_view rest = input.substr(end);
  Evaluate(*condition, WriteRecipe(rest.substr(std::min<size_t>(1, rest.size()))));
  return 0;
}
