// SPDX-License-Identifier: Apache-2.0

#include "client/connect/redis/redis_targets.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace cache_invalidation::connect {
namespace {

using client::TargetKind;

class RedisTargetsTest : public ::testing::Test {
 protected:
  RedisTargetsTest() {
    options_.name = "pages";
    options_.prefixes = {"page:", "cust:"};
    options_.templates.push_back(*KeyTemplate::Parse("customer:*", {R"(cust:\1)"}));
  }

  SinkTargets Of(TargetKind kind, const std::string& name) {
    client::Event event;
    event.invalidations.push_back({.target = kind, .name = name});
    return RedisTargetsOf(options_, event, counts_);
  }

  RedisOptions options_;
  RedisTargetCounts counts_;
};

TEST_F(RedisTargetsTest, AKeyOfTheCachesIsDroppedAndNoOther) {
  EXPECT_TRUE(Of(TargetKind::kKey, "page:1").keys.contains("page:1"));
  EXPECT_TRUE(Of(TargetKind::kKey, "session:alice").empty());
  EXPECT_EQ(counts_.foreign_keys, 1u);
}

TEST_F(RedisTargetsTest, KeysOfEventsCanHaveAPrefixInRedis) {
  options_.prefixes.push_back("prod:");
  options_.key_prefix = "prod:";
  EXPECT_TRUE(Of(TargetKind::kKey, "x").keys.contains("prod:x"));
  EXPECT_EQ(*Of(TargetKind::kPattern, "x.*").scans.begin(),
            std::make_pair(std::string("prod:"), std::string("x.*")));
}

TEST_F(RedisTargetsTest, TheKeysOfTheSinkAreNeverDropped) {
  options_.prefixes = {""};
  EXPECT_TRUE(Of(TargetKind::kKey, options_.position_key()).empty());
  EXPECT_TRUE(Of(TargetKind::kKey, options_.owner_key()).empty());
}

TEST_F(RedisTargetsTest, ATagNamesItsVersionAndWhatTemplatesMake) {
  options_.versions = "ci:v:";
  const SinkTargets one = Of(TargetKind::kTag, "customer:7");
  EXPECT_TRUE(one.once.contains("ci:v:customer:7"));
  EXPECT_TRUE(one.keys.contains("cust:7"));
  const SinkTargets type = Of(TargetKind::kTag, "customer");
  EXPECT_TRUE(type.once.contains("ci:v:customer"));
  EXPECT_EQ(type.scans.size(), 1u);
  EXPECT_EQ(counts_.unmatched_tags, 0u);
}

TEST_F(RedisTargetsTest, ATagThatNothingNamesIsCounted) {
  EXPECT_TRUE(Of(TargetKind::kTag, "invoice:7").empty());
  EXPECT_EQ(counts_.unmatched_tags, 1u);
}

TEST_F(RedisTargetsTest, APatternThatCannotBeReadIsEverything) {
  EXPECT_TRUE(Of(TargetKind::kPattern, "(").everything);
  EXPECT_EQ(counts_.widened, 1u);
}

TEST_F(RedisTargetsTest, ManyScansAreEverything) {
  client::Event event;
  for (size_t i = 0; i <= kMaxScans; ++i) {
    event.invalidations.push_back({.target = TargetKind::kPattern, .name = absl::StrCat("p", i)});
  }
  EXPECT_TRUE(RedisTargetsOf(options_, event, counts_).everything);
  EXPECT_EQ(counts_.widened, 1u);
}

TEST_F(RedisTargetsTest, OptionsThatWouldLoseSomethingAreRefused) {
  EXPECT_TRUE(CheckRedisOptions(options_).ok()) << CheckRedisOptions(options_);
  const auto refuses = [this](auto change) {
    RedisOptions options = options_;
    change(options);
    return !CheckRedisOptions(options).ok();
  };
  EXPECT_TRUE(refuses([](RedisOptions& o) { o.prefixes = {"page:"}; })) << "a template beside them";
  EXPECT_TRUE(refuses([](RedisOptions& o) { o.prefixes = {""}; }));
  EXPECT_TRUE(refuses([](RedisOptions& o) { o.templates.clear(); })) << "tags drop nothing";
  EXPECT_TRUE(refuses([](RedisOptions& o) { o.everything = RedisEverything::kFlush; }));
  EXPECT_TRUE(refuses([](RedisOptions& o) { o.everything = RedisEverything::kVersion; }));
  EXPECT_TRUE(refuses([](RedisOptions& o) {
    o.versions = "ci:v:";
    o.everything = RedisEverything::kVersion;
  })) << "keys of templates have no version";
  EXPECT_TRUE(refuses([](RedisOptions& o) { o.versions = "cache_invalidation:"; }));
  EXPECT_TRUE(refuses([](RedisOptions& o) { o.name = "a b"; }));
}

TEST_F(RedisTargetsTest, APositionBelongsToItsOptions) {
  const std::string before = Fingerprint(options_);
  options_.templates_text = "invoice:*";
  EXPECT_NE(Fingerprint(options_), before);
}

}  // namespace
}  // namespace cache_invalidation::connect
