// SPDX-License-Identifier: Apache-2.0

// Conditions: the cost of evaluating one, and the cost of rules with conditions to a write that
// triggers all of them and for which none is true.

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "common/check.h"
#include "common/condition/condition.h"
#include "common/json_value.h"
#include "server/engine/engine.h"
#include "tests/fakes/fixed_json.h"

namespace cache_invalidation::engine {
namespace {

// Fixed, so that the state is built once for each row.
constexpr int kIterations = 10'000;

absl::Time Now() { return absl::FromUnixSeconds(1'000'000'000); }

JsonValue Context() {
  return JsonValue::Object{
      {"currency", "EUR"},
      {"fields_changed", JsonValue::List{"name", "stock", "updated_at"}},
      {"name", "A thing"},
      {"old", JsonValue::Object{{"name", "Thing"}, {"price", 100}, {"stock", 7}}},
      {"price", 100},
      {"stock", 6},
  };
}

// Those of docs/conditions.md, which look at ever more of the write. The context is decoded
// already.
void BM_Condition(benchmark::State& state, absl::string_view text) {
  const absl::StatusOr<Condition> condition = Condition::Parse(text);
  Check(condition.ok(), "the condition parses");
  const FixedJson context(Context());
  const WriteEvent write = {.resource_type = "order",
                            .resource_id = "asia-1001",
                            .operation = "update",
                            .tags = {"product:7", "shelf:3", "tenant:globex"},
                            .context = &context};
  Check(condition->Evaluate(write).error.ok(), "the condition can be evaluated");
  for (auto _ : state) benchmark::DoNotOptimize(condition->Evaluate(write));
}
BENCHMARK_CAPTURE(BM_Condition, operation, R"(operation == "delete")");
BENCHMARK_CAPTURE(BM_Condition, field_changed,
                  R"(has(context.fields_changed) && "price" in context.fields_changed)");
BENCHMARK_CAPTURE(BM_Condition, price_moved,
                  "context.price > context.old.price * 1.1 || "
                  "context.price < context.old.price * 0.9");
BENCHMARK_CAPTURE(BM_Condition, tenant_tag,
                  R"(tags.exists(tag, tag in ["tenant:acme", "tenant:initech"]))");
BENCHMARK_CAPTURE(BM_Condition, id_pattern,
                  R"(resource_type == "order" && resource_id.matches("^(eu|us)-[0-9]+$"))");

// A write that triggers so many rules; the condition of none holds.
void BM_WriteWithConditions(benchmark::State& state) {
  Engine engine("epoch");
  for (int i = 0; i < state.range(0); ++i) {
    Rule rule;
    rule.name = absl::StrCat("rule", i);
    rule.trigger_tags = {"product"};
    rule.invalidate_tags = {absl::StrCat("view", i, ":{resource_id}")};
    rule.condition = absl::StrCat(
        R"(has(context.fields_changed) && "stock" in context.fields_changed && context.price > )",
        1'000 + i);
    Check(engine.Apply(RegisterRule{std::move(rule)}, Now()).status.ok(), "the rule is accepted");
  }
  const FixedJson context(Context());
  InvalidateByWrites command;
  command.writes.resize(1);
  command.writes[0].resource_type = "product";
  command.writes[0].resource_id = "7";
  command.writes[0].operation = "update";
  command.writes[0].context = &context;
  for (auto _ : state) benchmark::DoNotOptimize(engine.Apply(command, Now()));
}
BENCHMARK(BM_WriteWithConditions)
    ->ArgName("rules")
    ->Arg(0)
    ->Arg(10)
    ->Arg(1'000)
    ->Iterations(kIterations);

}  // namespace
}  // namespace cache_invalidation::engine
