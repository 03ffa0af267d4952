// SPDX-License-Identifier: Apache-2.0

// Options out of range: they never make an entry live longer or the cache hold more.

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/tagged_cache.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/driven_cache.h"

namespace cache_invalidation {
namespace {

using client::Client;
using client::Load;
using client::TaggedCache;
using client::TaggedCacheOptions;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();

using OptionsTest = DrivenCacheTest;

TEST_F(OptionsTest, WhatNobodyCanMeanIsRefused) {
  const absl::Duration forever = absl::InfiniteDuration();
  struct Case {
    TaggedCacheOptions options;
    std::string named;
  };
  const std::vector<Case> cases = {
      {{.name = ""}, "name"},
      {{.name = "test", .ttl = -absl::Nanoseconds(1)}, "ttl"},
      {{.name = "test", .ttl = -forever}, "ttl"},
      {{.name = "test", .ttl_jitter = kNan}, "ttl_jitter"},
      {{.name = "test", .ttl_jitter = -0.1}, "ttl_jitter"},
      {{.name = "test", .ttl_jitter = 1.1}, "ttl_jitter"},
      {{.name = "test", .ttl_jitter = kInfinity}, "ttl_jitter"},
      {{.name = "test", .ttl_jitter = -kInfinity}, "ttl_jitter"},
      {{.name = "test", .lease = absl::ZeroDuration()}, "lease"},
      {{.name = "test", .lease = absl::Milliseconds(999)}, "lease"},
      {{.name = "test", .lease = absl::Seconds(61)}, "lease"},
      {{.name = "test", .lease = forever}, "lease"},
      {{.name = "test", .keep_refused_for = -absl::Seconds(1)}, "keep_refused_for"},
      {{.name = "test", .keep_refused_for = forever}, "keep_refused_for"},
  };
  for (Case each : cases) {
    const auto connection = std::make_shared<ScriptedConnection>();
    each.options.clock = &clock_;
    const TaggedCache<std::string> cache(Client(connection), each.options);
    EXPECT_EQ(cache.status().code(), absl::StatusCode::kInvalidArgument) << each.named;
    EXPECT_THAT(std::string(cache.status().message()),
                testing::StartsWith("TaggedCacheOptions::" + each.named + " is "));
    EXPECT_EQ(connection->subscribed().subscription.name, "") << "it does not subscribe";
    EXPECT_FALSE(cache.AwaitLive(absl::InfiniteDuration())) << "nor wait for what cannot be";
    EXPECT_EQ(Text(cache.GetOrLoad("k", Loader("one"))), "one") << "loads go on";
    EXPECT_FALSE(cache.Get("k"));
    EXPECT_FALSE(cache.Get("k", {.while_fenced = true}));
  }
}

TEST_F(OptionsTest, WhatIsSmallOrLargeIsTaken) {
  for (const TaggedCacheOptions& options :
       {TaggedCacheOptions{.max_entries = kMost}, TaggedCacheOptions{.max_entries = 0},
        TaggedCacheOptions{.max_weight = 0}, TaggedCacheOptions{.ttl = absl::ZeroDuration()},
        TaggedCacheOptions{.ttl = absl::InfiniteDuration() / 2},
        TaggedCacheOptions{.ttl = absl::Hours(1e9)}, TaggedCacheOptions{.ttl_jitter = 0},
        TaggedCacheOptions{.ttl_jitter = 1}, TaggedCacheOptions{.lease = absl::Seconds(1)},
        TaggedCacheOptions{.lease = absl::Seconds(60)}, TaggedCacheOptions{.remembered_names = 0},
        TaggedCacheOptions{.refusals_before_keep = 0}}) {
    Open(options);
    EXPECT_EQ(cache().status(), absl::OkStatus());
    EXPECT_EQ(Text(cache().GetOrLoad("k", Loader("one"))), "one");
  }
}

TEST_F(OptionsTest, ALifeIsAtMostWhatItsLoaderSays) {
  for (const double random : {kNan, kInfinity, -kInfinity, -5.0, 2.0, 0.0}) {
    Open({.ttl_jitter = 0.5, .random = [random] { return random; }});
    Start("e", 0, 0);
    const auto load = [](Load& load) {
      load.SetTtl(absl::Seconds(4));
      return std::string("one");
    };
    cache().GetOrLoad("k", load).IgnoreError();
    clock_.Advance(absl::Milliseconds(1'999));
    EXPECT_TRUE(cache().Get("k")) << random;
    clock_.Advance(absl::Milliseconds(2'001));
    EXPECT_FALSE(cache().Get("k")) << random;
  }
}

TEST_F(OptionsTest, WithoutALifeNothingIsKept) {
  for (const absl::Duration ttl : {absl::ZeroDuration(), -absl::Nanoseconds(1), -absl::Hours(1e9),
                                   -absl::InfiniteDuration()}) {
    const auto load = [ttl](Load& load) {
      load.SetTtl(ttl);
      return std::string("one");
    };
    EXPECT_EQ(Text(cache().GetOrLoad("k", load)), "one");
    EXPECT_FALSE(cache().Get("k"));
  }
}

TEST_F(OptionsTest, WeightsDoNotWrap) {
  for (const uint64_t max_weight : {kMost, kMost - 1, uint64_t{1} << 63}) {
    Open({.max_weight = max_weight});
    const auto fill = [this](const std::string& key, uint64_t weight) {
      const auto load = [weight](Load& load) {
        load.SetWeight(weight);
        return std::string("one");
      };
      EXPECT_EQ(Text(cache().GetOrLoad(key, load)), "one");
    };
    uint64_t light = 0;
    for (const uint64_t weight : {uint64_t{1} << 63, kMost, kMost - 1, uint64_t{1} << 62}) {
      for (int i = 0; i < 4; ++i) {
        fill(std::to_string(weight) + "/" + std::to_string(i), weight);
        const client::CacheStatistics statistics = cache().Statistics();
        EXPECT_EQ(statistics.entries > 0, statistics.weight > 0);
      }
    }
    for (int i = 0; i < 10; ++i, ++light) fill("light " + std::to_string(i), 1);
    const client::CacheStatistics statistics = cache().Statistics();
    EXPECT_GE(statistics.weight, light);
    EXPECT_LE(statistics.weight, max_weight);
  }
}

}  // namespace
}  // namespace cache_invalidation
