// SPDX-License-Identifier: Apache-2.0

#include "client/cachectl/rule_trial.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::cachectl {
namespace {

RuleTrial Try(std::string condition, absl::string_view write,
              std::vector<std::string> triggers = {"item"}) {
  const absl::StatusOr<client::WriteEvent> event = WriteEventFromJson(write);
  EXPECT_TRUE(event.ok()) << event.status();
  const absl::StatusOr<RuleTrial> trial =
      TryRule({.name = "r", .trigger_tags = std::move(triggers), .condition = std::move(condition)},
              *event);
  EXPECT_TRUE(trial.ok()) << trial.status();
  return *trial;
}

constexpr char kUpdate[] =
    R"({"resource_type":"item","resource_id":"7","operation":"update","context":{"price":3}})";

TEST(RuleTrial, ShowsTheValueOfEachPartThatWasEvaluated) {
  const RuleTrial trial = Try("operation == 'delete' && context.price > 2", kUpdate);
  EXPECT_FALSE(trial.fires());
  EXPECT_EQ(ReportOf({trial}).text,
            "r does not fire: the condition is false\n"
            "  operation == 'delete' && context.price > 2 => false\n"
            "    operation == 'delete' => false\n"
            "      operation => \"update\"\n");
}

// As the service sees it: `old` is open, and has what did not change.
TEST(RuleTrial, ShowsWhatIsNotKnown) {
  const RuleTrial trial = Try("context.old.name == 'x' || context.status != context.old.status",
                              R"({"resource_type":"item","resource_id":"7","context":{)"
                              R"("name":"x y","price":{"$number":"10.00"},"status":null,)"
                              R"("fields_changed":["status"],"old":{"id":7}}})");
  EXPECT_TRUE(trial.fires());
  EXPECT_EQ(trial.error, "line 1, column 46: not known: status");
  const std::string text = ReportOf({trial}).text;
  EXPECT_NE(text.find("context.old => {\"id\": 7.0, \"name\": \"x y\", \"price\": 10.00, "
                      "*: unknown}\n"),
            text.npos)
      << text;
  EXPECT_NE(text.find("context.old.status => not known: status\n"), text.npos) << text;
}

TEST(RuleTrial, AConditionInDoubtFires) {
  const RuleTrial trial = Try("context.cost > 2", kUpdate);
  EXPECT_TRUE(trial.fires());
  EXPECT_NE(trial.error, "");
  EXPECT_TRUE(Try("false", R"({"resource_type":"item"})").fires()) << "concerns the whole type";
}

TEST(RuleTrial, AskForATriggerToo) {
  EXPECT_TRUE(Try("", kUpdate).fires());
  EXPECT_TRUE(Try("", kUpdate, {"item:7"}).fires());
  EXPECT_FALSE(Try("", kUpdate, {"item:8"}).fires());
  EXPECT_TRUE(Try("", R"({"resourceType":"item"})", {"item:8"}).fires());
  EXPECT_TRUE(Try("", R"({"resource_type":"a","tags":["item:x"]})").fires());
  for (const char* trigger : {"item:a", "item:a:b", "item:a%3Ab"}) {
    EXPECT_TRUE(Try("", R"({"resource_type":"item","resource_id":"a:b"})", {trigger}).fires());
  }
}

TEST(RuleTrial, SaysWhatIsWrong) {
  const auto malformed = TryRule({.name = "r", .trigger_tags = {"item"}, .condition = "1 +"},
                                 *WriteEventFromJson(kUpdate));
  EXPECT_EQ(malformed.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(malformed.status().message().find("r.condition: line 1, column 4"), 0u)
      << malformed.status();
  for (const char* bad :
       {"", "[]", "{}", R"({"type":"item"})", R"({"resource_type":1})",
        R"({"resource_type":"a","tags":"x"})", R"({"resource_type":"a","context":[]})"}) {
    EXPECT_EQ(WriteEventFromJson(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

TEST(RuleTrial, IsJsonForPrograms) {
  const RuleTrial trial = Try("operation == 'update'", kUpdate);
  EXPECT_GT(trial.cost, 0u);
  EXPECT_EQ(ReportOf({trial}).json,
            absl::StrCat(R"({"rules":[{"name":"r","fires":true,"enabled":true,"trigger":"item",)"
                         R"("condition":"operation == 'update'","holds":true,"error":"","cost":)",
                         trial.cost,
                         R"(,"parts":[)"
                         R"({"depth":0,"expression":"operation == 'update'","value":"true"},)"
                         R"({"depth":1,"expression":"operation","value":"\"update\""}]}]})"));
}

}  // namespace
}  // namespace cache_invalidation::cachectl
