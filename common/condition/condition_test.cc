// SPDX-License-Identifier: Apache-2.0

#include "common/condition/condition.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/condition/limits.h"
#include "common/limits.h"

namespace cache_invalidation {
namespace {

// Counts how often it is decoded.
class CountingSource final : public JsonSource {
 public:
  explicit CountingSource(JsonValue value) : value_(std::move(value)) {}

  const JsonValue& Get() const override {
    ++reads;
    return value_;
  }

  mutable int reads = 0;

 private:
  JsonValue value_;
};

const std::vector<absl::string_view> kTags = {"tenant:acme", "eu"};

// What a condition comes to for one write: "true", "false" or the error.
std::string Outcome(absl::string_view text, const JsonValue& context = JsonValue::Object{}) {
  const auto condition = Condition::Parse(text);
  if (!condition.ok()) return std::string(condition.status().message());
  const CountingSource source(context);
  const Condition::Outcome outcome = condition->Evaluate({.resource_type = "product",
                                                          .resource_id = "42",
                                                          .operation = "update",
                                                          .tags = kTags,
                                                          .context = &source});
  if (outcome.error.ok()) return outcome.holds ? "true" : "false";
  EXPECT_TRUE(outcome.holds) << "what cannot be found out counts as true";
  return std::string(outcome.error.message());
}

TEST(Condition, SeesAWrite) {
  EXPECT_EQ(Outcome("operation == 'update'"), "true");
  EXPECT_EQ(Outcome("operation == 'delete'"), "false");
  EXPECT_EQ(Outcome("resource_type == 'product' && resource_id == '42'"), "true");
  EXPECT_EQ(Outcome("'eu' in tags && size(tags) == 2 && tags[0] == 'tenant:acme'"), "true");
  EXPECT_EQ(Outcome("tags.exists(t, t.startsWith('tenant:'))"), "true");
  EXPECT_EQ(Outcome("context.price > 9", JsonValue::Object{{"price", 9.5}}), "true");
  EXPECT_EQ(Outcome("has(context.fields_changed) && 'price' in context.fields_changed",
                    JsonValue::Object{{"fields_changed", JsonValue::List{"name", "price"}}}),
            "true");
  EXPECT_EQ(Outcome("has(context.fields_changed) && 'price' in context.fields_changed"), "false");
}

TEST(Condition, HoldsWhenItCannotBeEvaluated) {
  EXPECT_EQ(Outcome("context.price > 9"), "line 1, column 1: no such key: price");
  EXPECT_EQ(Outcome("true &&\n  context.price > 9", JsonValue::Object{{"price", "high"}}),
            "line 2, column 3: no such overload: string > int");
  EXPECT_EQ(Outcome("resource_id"),
            "line 1, column 1: expected true or false, got a value of type string");
  EXPECT_EQ(Outcome("context.price > 9 || true"), "true") << "whatever the price is";
}

TEST(Condition, TellsWhatKindOfErrorStoppedIt) {
  const auto missing = Condition::Parse("context.price > 9");
  ASSERT_TRUE(missing.ok());
  EXPECT_EQ(missing->Evaluate({}).error.code(), absl::StatusCode::kFailedPrecondition);

  const auto costly = Condition::Parse("context.l.all(a, context.l.all(b, a + b >= 0.0)) || true");
  ASSERT_TRUE(costly.ok());
  const CountingSource source(JsonValue::Object{{"l", JsonValue::List(200, JsonValue(1))}});
  const Condition::Outcome outcome = costly->Evaluate({.context = &source});
  EXPECT_TRUE(outcome.holds);
  EXPECT_EQ(outcome.error.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_GT(outcome.cost, condition::kMaxCost);
  EXPECT_LT(outcome.cost, condition::kMaxCost * 2);
}

TEST(Condition, DecodesAContextOnlyIfItLooksAtIt) {
  const CountingSource source(JsonValue::Object{});
  const auto lazy = Condition::Parse("operation == 'delete' || has(context.price)");
  ASSERT_TRUE(lazy.ok());
  EXPECT_TRUE(lazy->Evaluate({.operation = "delete", .context = &source}).holds);
  EXPECT_EQ(source.reads, 0);
  EXPECT_FALSE(lazy->Evaluate({.operation = "insert", .context = &source}).holds);
  EXPECT_EQ(source.reads, 1);
}

TEST(Condition, TakesAMissingContextForAnEmptyOne) {
  const auto condition = Condition::Parse("context == {} && size(tags) == 0 && operation == ''");
  ASSERT_TRUE(condition.ok());
  const Condition::Outcome outcome = condition->Evaluate({});
  EXPECT_TRUE(outcome.holds);
  EXPECT_TRUE(outcome.error.ok());
  EXPECT_GT(outcome.cost, 0u);
}

TEST(Condition, RefusesWhatCouldNeverBeEvaluated) {
  EXPECT_EQ(Outcome("operation =="),
            "line 1, column 13: expected an expression, got the end of the text");
  EXPECT_EQ(Outcome("contxt.price > 9"),
            "line 1, column 1: unknown name `contxt`; did you mean `context`?");
  EXPECT_EQ(Outcome("timestamp(context.at).getHours('Europe/Pari') > 9"),
            "line 1, column 32: expected a time zone such as \"Europe/Paris\" or \"+02:00\", got "
            "`Europe/Pari`");
  EXPECT_EQ(Condition::Parse("operation ==").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Condition::Parse("").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Condition::Parse(std::string(kMaxConditionBytes + 1, ' ')).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Condition, KeepsItsText) {
  const auto condition = Condition::Parse(" true ");
  ASSERT_TRUE(condition.ok());
  const Condition copy = *condition;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_EQ(copy.text(), " true ");
  EXPECT_TRUE(copy.Evaluate({}).holds);
}

// Each step on a line of its own, indented by its depth.
std::string TraceOf(absl::string_view text, const JsonValue& context) {
  const auto condition = Condition::Parse(text);
  if (!condition.ok()) return std::string(condition.status().message());
  const CountingSource source(context);
  std::string lines;
  for (const Condition::Step& step :
       condition->Trace({.operation = "update", .tags = kTags, .context = &source})) {
    const absl::string_view part =
        text.substr(step.source.begin, step.source.end - step.source.begin);
    absl::StrAppend(&lines, std::string(2 * step.depth, ' '), part, " -> ",
                    step.is_error ? "error: " : "", step.value, "\n");
  }
  return lines;
}

TEST(Condition, TracesWhatItCameTo) {
  EXPECT_EQ(TraceOf("operation == 'delete' || context.price > 9", JsonValue::Object{{"price", 10}}),
            "operation == 'delete' || context.price > 9 -> true\n"
            "  operation == 'delete' -> false\n"
            "    operation -> \"update\"\n"
            "  context.price > 9 -> true\n"
            "    context.price -> 10.0\n"
            "      context -> {\"price\": 10.0}\n");
  EXPECT_EQ(TraceOf("operation == 'update' || context.price > 9", JsonValue::Object{}),
            "operation == 'update' || context.price > 9 -> true\n"
            "  operation == 'update' -> true\n"
            "    operation -> \"update\"\n");
  EXPECT_EQ(TraceOf("tags.exists(t, t == 'eu')", JsonValue::Object{}),
            "tags.exists(t, t == 'eu') -> true\n"
            "  tags -> [\"tenant:acme\", \"eu\"]\n"
            "  t == 'eu' -> false\n"
            "    t -> \"tenant:acme\"\n"
            "  t == 'eu' -> true\n"
            "    t -> \"eu\"\n");
  EXPECT_EQ(TraceOf("!context.deleted", JsonValue::Object{}),
            "!context.deleted -> error: no such key: deleted\n"
            "  context.deleted -> error: no such key: deleted\n"
            "    context -> {}\n");
}

TEST(Condition, BoundsItsTraces) {
  const auto condition = Condition::Parse("context.l.all(x, x == context.l[0])");
  ASSERT_TRUE(condition.ok());
  const std::string text(300, 'a');
  const CountingSource source(JsonValue::Object{{"l", JsonValue::List(1000, JsonValue(text))}});
  const std::vector<Condition::Step> steps = condition->Trace({.context = &source});
  EXPECT_EQ(steps.size(), condition::kMaxTraceSteps);
  for (const Condition::Step& step : steps) {
    EXPECT_LT(step.value.size(), condition::kMaxStepBytes + 10);
  }
}

TEST(CheckCondition, TheEmptyOneIsAlwaysAndOthersMustParse) {
  EXPECT_TRUE(CheckCondition("").ok());
  EXPECT_TRUE(CheckCondition("operation == \"delete\"").ok());
  EXPECT_EQ(CheckCondition(" ").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CheckCondition(std::string(kMaxConditionBytes + 1, 'x')).code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace cache_invalidation
