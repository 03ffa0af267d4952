// SPDX-License-Identifier: Apache-2.0

#include "client/json.h"

#include <string>

#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

TEST(JsonTest, PrintsWhatProtobufPrints) {
  const Event event{
      .revision = 7,
      .epoch = "e",
      .source = EventSource::kWrite,
      .causes = {{.step = CauseStep::kDirect}},
      .invalidations = {{.target = TargetKind::kTag, .name = "user:1", .causes = {0}}}};
  EXPECT_EQ(ToJson(event, JsonFields::kSet),
            R"({"revision":"7","lastPart":true,"source":"EVENT_SOURCE_WRITE",)"
            R"("causes":[{"step":"CAUSE_STEP_DIRECT"}],)"
            R"("invalidations":[{"kind":"INVALIDATION_KIND_EVICT","tag":"user:1","causes":[0]}]})");
  EXPECT_NE(ToJson(event).find(R"("part":0)"), std::string::npos);
}

TEST(JsonTest, ReadsBackWhatItPrints) {
  const InvalidationRule rule{
      .name = "r",
      .trigger_tags = {"user"},
      .invalidate_tags = {"session:{resource_id}"},
      .strategy = InvalidationStrategy::kCascade,
      .priority = -3,
      .relationships = {{.source_type = "a", .target_types = {"b"}, .cascade_depth = 2}},
      .enabled = false};
  for (JsonFields fields : {JsonFields::kAll, JsonFields::kSet}) {
    const absl::StatusOr<InvalidationRule> back = RuleFromJson(ToJson(rule, fields));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, rule);
  }
  const DataRelationship relationship{.name = "n", .source_type = "a", .target_types = {"b"}};
  const absl::StatusOr<DataRelationship> back = RelationshipFromJson(ToJson(relationship));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, relationship);
}

TEST(JsonTest, AWriteComesBackAsItWas) {
  const WriteEvent write{.resource_type = "user",
                         .resource_id = "a:1",
                         .operation = "update",
                         .context = {{"amount", JsonValue::Number("10.00")},
                                     {"name", nullptr},
                                     {"old", JsonValue::Unknown()},
                                     {"ratio", 0.1}},
                         .tags = {"page:7"}};
  const absl::StatusOr<WriteEvent> back = WriteFromJson(ToJson(write, JsonFields::kSet));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, write);
  EXPECT_FALSE(WriteFromJson("").ok());
  EXPECT_FALSE(WriteFromJson(R"({"resource": "user"})").ok());
}

TEST(JsonTest, NamesMayBeThoseOfTheContract) {
  const absl::StatusOr<InvalidationRule> rule =
      RuleFromJson(R"({"name": "r", "trigger_tags": ["a"]})");
  ASSERT_TRUE(rule.ok()) << rule.status();
  EXPECT_EQ(rule->trigger_tags, std::vector<std::string>({"a"}));
  EXPECT_TRUE(rule->enabled);
}

TEST(JsonTest, TellsWhereItIsWrong) {
  struct Case {
    std::string json, path, message;
  };
  for (const Case& c : std::vector<Case>{
           {R"({"nam": "r"})", "nam", "unknown name"},
           {R"({"relationships": [{}, {"depth": 1}]})", "relationships[1].depth", "unknown name"},
           {R"({"priority": "high"})", "priority", R"(invalid value "high" for type TYPE_INT32)"},
           {R"({"relationships": [{"cascadeDepth": -1}]})", "relationships[0].cascade_depth",
            "invalid value -1 for type TYPE_UINT32"},
           {R"([])", "", "Root element must be a message."},
       }) {
    JsonError error;
    const absl::Status status = RuleFromJson(c.json, &error).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(error.path, c.path) << c.json;
    EXPECT_EQ(error.message, c.message) << c.json;
  }
}

}  // namespace
}  // namespace cache_invalidation::client
