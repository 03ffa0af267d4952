// SPDX-License-Identifier: Apache-2.0

// What an event purges: of a real Varnish, and of servers that give the responses of CDNs.

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/client.h"
#include "client/surrogate_keys.h"
#include "client/testing/fake_server.h"
#include "common/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/connect/connector.h"
#include "tests/connect/scripted_http_server.h"
#include "tests/connect/varnish.h"
#include "tests/support/pause.h"

namespace cache_invalidation {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kLookAgain = absl::Milliseconds(10);

class HttpTest : public ::testing::Test {
 protected:
  HttpTest() : client_(service_.Connect({.deadline = absl::Seconds(30)})) {
    connector_.setting().endpoint = service_.endpoint();
  }

  void Write(const std::string& type, const std::string& id) {
    ASSERT_TRUE(client_.InvalidateByWrite(type, id, "update").ok());
  }
  static std::string Sink(const std::string& preset, const std::string& endpoints,
                          const std::string& more = "") {
    return absl::StrCat("    preset: ", preset, "\n    endpoints: [", endpoints,
                        "]\n    keys: purge\n    everything: purge_all\n", more);
  }

  client::FakeServer service_{{.default_rules = false}};
  client::Client client_;
  Connector connector_{{}};
};

// ---- Varnish

class VarnishTest : public HttpTest {
 protected:
  // A page is its version, and carries the tags.
  VarnishTest()
      : origin_([this](const ScriptedRequest& request) {
          const int version = version_;
          if (absl::StartsWith(request.head, "GET /slow")) ++held_;
          while (is_held_) Pause(kLookAgain);
          return ScriptedResponse{
              .headers = absl::StrCat("Cache-Control: max-age=3600\r\nxkey: ", keys_, "\r\n"),
              .body = absl::StrCat(version)};
        }),
        varnish_(origin_.port()) {
    connector_.setting().http = Sink("varnish", varnish_.url(), "    again_after: [300ms]\n");
  }

  // Publishes a new version: nobody sees it before a purge.
  void Publish(const std::string& path) {
    const std::string old = varnish_.Get(path);
    ++version_;
    EXPECT_EQ(varnish_.Get(path), old);
  }
  // Blocks until the connector has written a position.
  void AwaitPosition() const {
    const std::filesystem::path state(connector_.state_file());
    while (true) {
      for (const auto& file : std::filesystem::directory_iterator(state.parent_path())) {
        if (absl::StartsWith(file.path().filename().string(), "state.") &&
            file.path().extension() != ".unfinished") {
          return;
        }
      }
      Pause(kLookAgain);
    }
  }
  std::string version() const { return absl::StrCat(version_.load()); }

  std::atomic<int> version_ = 1;
  std::atomic<bool> is_held_ = false;  // whether the origin keeps its responses back
  std::atomic<int> held_ = 0;
  std::string keys_ = *client::SurrogateKeysOfPage({"order:5", "customer:7"}, {.key = "page:1"});
  ScriptedHttpServer origin_;
  Varnish varnish_;
};

TEST_F(VarnishTest, TheFirstStartPurgesEverything) {
  Publish("/a");
  connector_.StartAndAwaitReady();
  varnish_.Await("/a", version());
}

TEST_F(VarnishTest, APageGoesWithItsTagsAndItsKeyAndWithNothingElse) {
  connector_.StartAndAwaitReady();
  connector_.AwaitSinkIdle();
  Publish("/a");
  Write("order", "6");
  connector_.AwaitSinkIdle();
  EXPECT_NE(varnish_.Get("/a"), version());
  Write("order", "5");
  varnish_.Await("/a", version());
  connector_.AwaitSinkIdle();

  Publish("/a");
  ASSERT_TRUE(client_.Invalidate({.tags = {"customer"}}).ok());
  varnish_.Await("/a", version());
  connector_.AwaitSinkIdle();

  Publish("/a");
  ASSERT_TRUE(client_.Invalidate({.keys = {"page:1"}}).ok());
  varnish_.Await("/a", version());
}

TEST_F(VarnishTest, APageWithTooManyTagsGoesWithEachOfThem) {
  std::vector<std::string> tags;
  for (int i = 0; i < 2'000; ++i) tags.push_back(absl::StrCat("order:", i));
  keys_ = *client::SurrogateKeysOfPage(tags, {});
  connector_.StartAndAwaitReady();
  connector_.AwaitSinkIdle();
  for (const char* id : {"0", "1234", "1999"}) {
    Publish("/a");
    Write("order", id);
    varnish_.Await("/a", version());
    connector_.AwaitSinkIdle();
  }
}

// The fetch began before the purge, and its old page is stored after it.
TEST_F(VarnishTest, AFetchUnderWayDoesNotLeaveAnOldPage) {
  connector_.setting().http = Sink("varnish", varnish_.url(), "    again_after: [1s]\n");
  connector_.StartAndAwaitReady();
  connector_.AwaitSinkIdle();
  is_held_ = true;
  std::thread reader([&] { EXPECT_EQ(varnish_.Get("/slow"), "1"); });
  while (held_ == 0) Pause(kLookAgain);
  ++version_;
  const std::string purged =
      absl::StrCat("sink_targets_total{endpoint=\"", varnish_.url(), " 127.0.0.1\"}");
  const double before = connector_.Metric(purged);
  Write("order", "5");
  connector_.AwaitMetric(purged, before + 1);
  is_held_ = false;
  reader.join();
  varnish_.Await("/slow", version());
}

TEST_F(VarnishTest, NothingIsLostWhenTheConnectorIsKilled) {
  connector_.StartAndAwaitReady();
  connector_.AwaitSinkIdle();
  Publish("/a");
  AwaitPosition();
  connector_.Kill();
  Write("order", "5");
  connector_.StartAndAwaitReady();
  varnish_.Await("/a", version());
  EXPECT_THAT(connector_.Page("/metrics"), HasSubstr("reason=\"no_position\"} 0"));
}

TEST_F(VarnishTest, AServiceWithoutItsHistoryPurgesEverything) {
  connector_.StartAndAwaitReady();
  connector_.AwaitSinkIdle();
  Publish("/a");
  service_.Stop();
  connector_.AwaitNotReady();
  service_.Start();
  varnish_.Await("/a", version());
  EXPECT_THAT(connector_.Page("/metrics"), HasSubstr("reason=\"epoch\"} 1"));
}

TEST_F(VarnishTest, CheckSaysWhetherItMayPurge) {
  const Ended good = connector_.Check();
  EXPECT_EQ(good.out, "ready\n");
  EXPECT_EQ(good.code, 0);
  const Varnish strict(origin_.port(), "\"192.0.2.1\"");
  connector_.setting().http = Sink("varnish", strict.url());
  const Ended bad = connector_.Check();
  EXPECT_THAT(bad.out, HasSubstr("127.0.0.1: HTTP status 403"));
  EXPECT_EQ(bad.code, 1);
}

// ---- Endpoints of any kind

constexpr char kTemplate[] =
    "    request: { headers: ['Tags: {keys}'] }\n"
    "    everything_request: { headers: ['All: 1'] }\n"
    "    again_after: []\n";

TEST_F(HttpTest, AnEndpointThatFailsDelaysNoOther) {
  std::atomic<bool> fails = false;
  ScriptedHttpServer good([](const auto&) { return ScriptedResponse{}; });
  ScriptedHttpServer bad(
      [&](const auto&) { return ScriptedResponse{.status = fails ? 503 : 200}; });
  connector_.setting().http = Sink("custom", absl::StrCat(good.url(), ", ", bad.url()), kTemplate);
  connector_.StartAndAwaitReady();
  const auto is_all = [](const ScriptedRequest& request) { return request.Header("All") == "1"; };
  good.Await(is_all);
  bad.Await(is_all);
  fails = true;
  Write("order", "5");
  const auto has_five = [](const ScriptedRequest& request) {
    return absl::StrContains(request.Header("Tags"), "order:5");
  };
  good.Await(has_five);
  bad.Await(has_five);
  connector_.AwaitNotReady();
  EXPECT_THAT(connector_.Page("/readyz"), HasSubstr("HTTP status 503"));
  Write("order", "6");
  const auto has_six = [](const ScriptedRequest& request) {
    return absl::StrContains(request.Header("Tags"), "order:6");
  };
  good.Await(has_six);
  fails = false;
  bad.Await(has_six);
  connector_.AwaitReady();
}

TEST_F(HttpTest, ARequestThatIsTooLargeIsHalvedAndNothingIsLeftOut) {
  Mutex mutex;
  std::set<std::string> purged;
  ScriptedHttpServer server([&](const ScriptedRequest& request) {
    const std::vector<std::string> keys =
        absl::StrSplit(request.Header("Tags"), ' ', absl::SkipEmpty());
    if (keys.size() > 3) return ScriptedResponse{.status = 431};
    MutexLock lock(mutex);
    purged.insert(keys.begin(), keys.end());
    return ScriptedResponse{};
  });
  connector_.setting().http = Sink("custom", server.url(), kTemplate);
  connector_.StartAndAwaitReady();
  connector_.AwaitSinkIdle();
  std::vector<std::string> tags;
  for (int i = 0; i < 100; ++i) tags.push_back(absl::StrCat("order:", i));
  ASSERT_TRUE(client_.Invalidate({.tags = tags}).ok());
  connector_.AwaitMetric(absl::StrCat("sink_targets_total{endpoint=\"", server.url(), "\"}"), 102);
  MutexLock lock(mutex);
  EXPECT_EQ(purged.size(), 101u);  // with the marker
}

TEST_F(HttpTest, AKeyThatIsRefusedBecomesEverything) {
  ScriptedHttpServer server([](const ScriptedRequest& request) {
    const bool is_bad = absl::StrContains(request.Header("Tags"), "bad");
    return ScriptedResponse{.status = is_bad ? 400 : 200};
  });
  connector_.setting().http = Sink("custom", server.url(), kTemplate);
  connector_.StartAndAwaitReady();
  connector_.AwaitSinkIdle();
  const size_t before = server.requests().size();
  ASSERT_TRUE(client_.Invalidate({.tags = {"bad", "good"}}).ok());
  connector_.AwaitMetric(absl::StrCat("sink_widened_total{endpoint=\"", server.url(), "\"}"), 1);
  connector_.AwaitSinkIdle();
  EXPECT_EQ(server.requests().back().Header("All"), "1");
  EXPECT_GT(server.requests().size(), before);
}

TEST_F(HttpTest, WhatAnEndpointDoesNotTakeMergesAndWidens) {
  std::atomic<bool> fails = false;
  ScriptedHttpServer server(
      [&](const auto&) { return ScriptedResponse{.status = fails ? 429 : 200}; });
  connector_.setting().http =
      Sink("custom", server.url(), absl::StrCat(kTemplate, "    max_pending: 50\n"));
  connector_.StartAndAwaitReady();
  connector_.AwaitSinkIdle();
  fails = true;
  Write("order", "first");
  connector_.AwaitNotReady();
  for (int i = 0; i < 200; ++i) Write("order", absl::StrCat(i));
  connector_.AwaitMetric(absl::StrCat("sink_widened_total{endpoint=\"", server.url(), "\"}"), 1);
  fails = false;
  connector_.AwaitSinkIdle();
  server.Await([](const ScriptedRequest& request) {
    const std::vector<std::string> keys = absl::StrSplit(request.Header("Tags"), ' ');
    return std::find(keys.begin(), keys.end(), "order") != keys.end();
  });
}

TEST_F(HttpTest, FastlyAndCloudflare) {
  ScriptedHttpServer server([](const ScriptedRequest& request) {
    return ScriptedResponse{.body = R"({"success": true, "status": "ok"})"};
  });
  connector_.setting().http =
      Sink("fastly", server.url(), "    id: S1\n    token: t0ken\n    again_after: []\n");
  connector_.StartAndAwaitReady();
  server.Await([](const ScriptedRequest& request) {
    return absl::StartsWith(request.head, "POST /service/S1/purge_all ");
  });
  Write("order", "5");
  const ScriptedRequest purge = server.Await([](const ScriptedRequest& request) {
    return absl::StartsWith(request.head, "POST /service/S1/purge ");
  });
  EXPECT_EQ(purge.body, R"({"surrogate_keys":["order:%23all","order:5","order~"]})");
  EXPECT_EQ(purge.Header("Fastly-Key"), "t0ken");
  connector_.Stop();

  connector_.setting().http =
      Sink("cloudflare", server.url(), "    id: z1\n    token: t0ken\n    again_after: []\n");
  connector_.StartAndAwaitReady();
  Write("order", "5");
  const ScriptedRequest tags = server.Await(
      [](const ScriptedRequest& request) { return absl::StrContains(request.body, "\"tags\""); });
  EXPECT_TRUE(absl::StartsWith(tags.head, "POST /client/v4/zones/z1/purge_cache "));
  EXPECT_EQ(tags.Header("Authorization"), "Bearer t0ken");
}

TEST_F(HttpTest, ARedirectIsNotFollowed) {
  ScriptedHttpServer elsewhere([](const auto&) { return ScriptedResponse{}; });
  ScriptedHttpServer server([&](const auto&) {
    return ScriptedResponse{.status = 307,
                            .headers = absl::StrCat("Location: ", elsewhere.url(), "\r\n")};
  });
  connector_.setting().http = Sink("custom", server.url(), kTemplate);
  connector_.Start();
  server.Await([](const auto&) { return true; });
  connector_.AwaitNotReady();
  EXPECT_TRUE(elsewhere.requests().empty());
}

}  // namespace
}  // namespace cache_invalidation
