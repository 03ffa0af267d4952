// SPDX-License-Identifier: Apache-2.0

#include "client/connect/http/purge_request.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "client/surrogate_keys.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cache_invalidation::connect {
namespace {

using ::testing::ElementsAre;
using Keys = std::set<std::string>;
using Kind = PurgeResult::Kind;

SinkTargets SetOf(Keys keys, bool is_hard = true) {
  SinkTargets targets;
  (is_hard ? targets.keys : targets.stale) = std::move(keys);
  return targets;
}
SinkTargets Everything() { return {.everything = true}; }

client::Event EventOf(std::vector<client::Invalidation> invalidations) {
  return {.revision = 7, .epoch = "e", .invalidations = std::move(invalidations)};
}

TEST(PurgeRequestTest, WhatAnEventPurges) {
  const client::Event event = EventOf({{.target = client::TargetKind::kTag, .name = "order:5"},
                                       {.target = client::TargetKind::kKey, .name = "page 1"}});
  const Keys tag = {"order:5", "order~"};
  const Keys both = {"order:5", "order~", "=page%201"};
  EXPECT_EQ(PurgesOf(event, {.on_keys = OnKeys::kPurge}).keys, both);
  EXPECT_EQ(PurgesOf(event, {.on_keys = OnKeys::kIgnore}).keys, tag);
  EXPECT_TRUE(PurgesOf(event, {.on_keys = OnKeys::kPurge}).stale.empty());
  EXPECT_TRUE(PurgesOf(event, {.on_keys = OnKeys::kEverything}).everything);
}

TEST(PurgeRequestTest, APatternCanMatchAnyPage) {
  const client::Event event =
      EventOf({{.target = client::TargetKind::kPattern, .name = "page:.*"}});
  EXPECT_TRUE(PurgesOf(event, {.on_keys = OnKeys::kPurge}).everything);
  EXPECT_TRUE(PurgesOf(event, {.on_keys = OnKeys::kIgnore}).empty());
  EXPECT_TRUE(PurgesOf(EventOf({{}}), {}).everything);
}

TEST(PurgeRequestTest, WhatIsMarkedAsStaleIsPurgedUnlessSoft) {
  const client::Event event = EventOf({{.kind = client::InvalidationKind::kMarkStale,
                                        .target = client::TargetKind::kTag,
                                        .name = "order"}});
  EXPECT_EQ(PurgesOf(event, {}).keys, Keys{"order"});
  EXPECT_TRUE(PurgesOf(event, {}).stale.empty());
  EXPECT_EQ(PurgesOf(event, {.soft = true}).stale, Keys{"order"});
  EXPECT_TRUE(PurgesOf(event, {.soft = true}).keys.empty());
}

TEST(PurgeRequestTest, Varnish) {
  const HttpRequest hard = RequestOf(SetOf({"a:1", "a~"}), {}, "http://v:6081/");
  EXPECT_EQ(hard.method + " " + hard.url, "PURGE http://v:6081/");
  EXPECT_THAT(hard.headers, ElementsAre("xkey-purge: a:1 a~"));
  EXPECT_THAT(RequestOf(SetOf({"a"}, false), {}, "http://v/").headers,
              ElementsAre("xkey-softpurge: a"));
  EXPECT_THAT(RequestOf(Everything(), {}, "http://v/").headers, ElementsAre("xkey-purge-all: 1"));
  EXPECT_THAT(RequestOf(Everything(), {.on_everything = OnEverything::kKey}, "http://v/").headers,
              ElementsAre("xkey-purge: ="));
}

TEST(PurgeRequestTest, Fastly) {
  const HttpSinkOptions options = {.preset = Preset::kFastly, .id = "S1", .token = "t0ken"};
  const HttpRequest soft = RequestOf(SetOf({"a", "b"}, false), options, "https://api.fastly.com/");
  EXPECT_EQ(soft.method + " " + soft.url, "POST https://api.fastly.com/service/S1/purge");
  EXPECT_EQ(soft.body, R"({"surrogate_keys":["a","b"]})");
  EXPECT_THAT(soft.headers, ElementsAre("Fastly-Key: t0ken", "Accept: application/json",
                                        "Content-Type: application/json", "Fastly-Soft-Purge: 1"));
  const HttpRequest all = RequestOf(Everything(), options, "https://api.fastly.com");
  EXPECT_EQ(all.url + all.body, "https://api.fastly.com/service/S1/purge_all");
}

TEST(PurgeRequestTest, Cloudflare) {
  const HttpSinkOptions options = {.preset = Preset::kCloudflare, .id = "z1", .token = "t0ken"};
  const HttpRequest some = RequestOf(SetOf({"a"}), options, "https://api.cloudflare.com");
  EXPECT_EQ(some.url, "https://api.cloudflare.com/client/v4/zones/z1/purge_cache");
  EXPECT_EQ(some.body, R"({"tags":["a"]})");
  EXPECT_THAT(some.headers,
              ElementsAre("Authorization: Bearer t0ken", "Content-Type: application/json"));
  EXPECT_EQ(RequestOf(Everything(), options, "https://x").body, R"({"purge_everything":true})");
}

TEST(PurgeRequestTest, ATemplateIsFilledWithNothingThatEndsIt) {
  HttpSinkOptions options = {.preset = Preset::kCustom};
  options.request = {.method = "BAN", .headers = {"X-Tags: {keys}"}, .body = R"({"t": {json}})"};
  options.everything_request = {.method = "POST", .body = "all"};
  const std::string hostile = "\"], \"x\": [\"\r\nX-Evil: 1 {keys}{json}";
  const HttpRequest request =
      RequestOf(SetOf({client::SurrogateKeyOfKey(hostile)}), options, "http://c/p");
  EXPECT_EQ(request.method, "BAN");
  const std::string key = "=%22%5D%2C%20%22x%22:%20%5B%22%0D%0AX-Evil:%201%20%7Bkeys%7D%7Bjson%7D";
  EXPECT_THAT(request.headers, ElementsAre("X-Tags: " + key));
  EXPECT_EQ(request.body, R"({"t": [")" + key + R"("]})");
  EXPECT_EQ(RequestOf(Everything(), options, "http://c/p").body, "all");
}

TEST(PurgeRequestTest, Answers) {
  const auto kind = [](int status, Preset preset = Preset::kFastly) {
    return PurgeResultOf({.status = status}, preset).kind;
  };
  EXPECT_EQ(kind(200), Kind::kPurged);
  EXPECT_EQ(kind(204), Kind::kPurged);
  for (const int status : {400, 413, 431}) EXPECT_EQ(kind(status), Kind::kTooLarge);
  for (const int status : {301, 401, 403, 404, 429, 500, 503}) {
    EXPECT_EQ(kind(status), Kind::kFailed);
  }
}

// Varnish without the VCL pipes PURGE to the origin, which may result with 200.
TEST(PurgeRequestTest, AnAnswerOfSomebodyElseIsNone) {
  EXPECT_EQ(PurgeResultOf({.status = 200}, Preset::kVarnish).kind, Kind::kFailed);
  const PurgeResult result = PurgeResultOf({.status = 200, .purged = "12"}, Preset::kVarnish);
  EXPECT_EQ(result.kind, Kind::kPurged);
  EXPECT_EQ(result.purged, 12u);
  EXPECT_EQ(
      PurgeResultOf({.status = 200, .body = R"({"success": false})"}, Preset::kCloudflare).kind,
      Kind::kFailed);
  EXPECT_EQ(PurgeResultOf({.status = 200, .body = "<html>"}, Preset::kCloudflare).kind,
            Kind::kFailed);
  EXPECT_EQ(
      PurgeResultOf({.status = 200, .body = R"({"success": true})"}, Preset::kCloudflare).kind,
      Kind::kPurged);
}

TEST(PurgeRequestTest, RetryAfterIsFollowedForAMinuteAtMost) {
  const auto after = [](const std::string& text) {
    return PurgeResultOf({.status = 429, .retry_after = text}, Preset::kFastly).retry_after;
  };
  EXPECT_EQ(after("7"), absl::Seconds(7));
  EXPECT_EQ(after("99999999"), kLongestRetryAfter);
  EXPECT_EQ(after("-1"), absl::ZeroDuration());
  EXPECT_EQ(after("Wed, 21 Oct 2015 07:28:00 GMT"), absl::ZeroDuration());
}

}  // namespace
}  // namespace cache_invalidation::connect
