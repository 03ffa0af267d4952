// SPDX-License-Identifier: Apache-2.0

// cache_invalidation_connect with a real Redis: what an event drops there, and that nothing is
// lost.

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/client.h"
#include "client/testing/fake_server.h"
#include "gtest/gtest.h"
#include "tests/connect/connector.h"
#include "tests/connect/redis_server.h"
#include "tests/support/pause.h"

namespace cache_invalidation {
namespace {

constexpr char kPosition[] = "cache_invalidation:position:pages";
constexpr char kOwner[] = "cache_invalidation:owner:pages";
constexpr char kStarted[] = R"(redis_everything_total{reason="no_position"})";

// docs/redis.md prints it.
const std::vector<std::string> kAcl = {"ACL",      "SETUSER", "sink",
                                       "on",       ">secret", "~page:*",
                                       "~cust:*",  "~ci:v:*", "~cache_invalidation:*",
                                       "+unlink",  "+scan",   "+get",
                                       "+mget",    "+set",    "+pexpire",
                                       "+multi",   "+exec",   "+watch",
                                       "+unwatch", "+info",   "+select"};

class RedisTest : public ::testing::Test {
 protected:
  explicit RedisTest(const std::vector<std::string>& flags = {})
      : redis_(flags), client_(service_.Connect({.deadline = absl::Seconds(30)})) {
    Configure();
  }

  // `more`: YAML of `sink.redis`, in one line.
  void Configure(const std::string& more = "again_after: []") {
    connector_ = std::make_unique<Connector>(ConnectorSetting{
        .endpoint = service_.endpoint(),
        .redis = absl::StrCat("redis: {address: '", redis_.address(),
                              "', name: pages, prefixes: ['page:', 'cust:'], versions: 'ci:v:', "
                              "templates: [{tag: 'customer:*', keys: ['cust:\\1']}], "
                              "everything: unlink, ",
                              more, "}")});
  }

  void Start() { connector_->StartAndAwaitReady(); }
  // Returns when the position is written for the first time.
  void StartFirst() {
    Start();
    redis_.AwaitKey(kPosition);
  }

  void Invalidate(client::InvalidateParams params) {
    const auto result = client_.Invalidate(std::move(params));
    ASSERT_TRUE(result.ok()) << result.status();
  }
  void InvalidateKey(const std::string& key) { Invalidate({.keys = {key}}); }
  void InvalidateTag(const std::string& tag) { Invalidate({.tags = {tag}}); }

  double Metric(const std::string& name) { return connector_->Metric(name); }
  void AwaitMetric(const std::string& name, double least) { connector_->AwaitMetric(name, least); }
  // Blocks until everything until now is dropped for the last time.
  void AwaitReached() {
    const auto stats = client_.GetInvalidationStats();
    ASSERT_TRUE(stats.ok()) << stats.status();
    AwaitMetric("redis_reached_revision", static_cast<double>(stats->position.revision));
  }

  RedisServer redis_;
  client::FakeServer service_{{.default_rules = false}};
  client::Client client_;
  std::unique_ptr<Connector> connector_;
};

// hiredis raises SIGPIPE here, which RedisServer has the process ignore.
TEST(RedisConnectionTest, FailsWithoutItsServer) {
  RedisServer redis;
  auto connection = connect::RedisConnection::Connect({.address = redis.address()});
  ASSERT_TRUE(connection.ok()) << connection.status();
  redis.Kill();
  EXPECT_TRUE(absl::IsUnavailable((*connection)->Run({"PING"}).status()));
}

TEST_F(RedisTest, WhatEventsNameIsDroppedAndNothingElse) {
  StartFirst();
  for (const char* key :
       {"page:1", "page:2", "cust:7", "cust:8", "ci:v:customer:7", "ci:v:order:1"}) {
    redis_.Set(key);
  }
  InvalidateKey("page:1");
  redis_.AwaitGone("page:1");
  InvalidateTag("customer:7");
  redis_.AwaitGone("cust:7");
  redis_.AwaitGone("ci:v:customer:7");
  Invalidate({.pattern = "page:[2-3]"});
  redis_.AwaitGone("page:2");
  EXPECT_TRUE(redis_.Has("cust:8"));
  EXPECT_TRUE(redis_.Has("ci:v:order:1"));
}

TEST_F(RedisTest, ATagAboveATemplateDropsAllThatItCanName) {
  StartFirst();
  for (const char* key : {"cust:7", "cust:8", "page:1"}) redis_.Set(key);
  InvalidateTag("customer");
  redis_.AwaitGone("cust:7");
  redis_.AwaitGone("cust:8");
  EXPECT_TRUE(redis_.Has("page:1"));
}

TEST_F(RedisTest, TheFirstStartDropsTheCachesAndNoOtherKey) {
  for (const char* key : {"page:1", "cust:1", "ci:v:customer", "session:alice"}) redis_.Set(key);
  StartFirst();
  EXPECT_FALSE(redis_.Has("page:1"));
  EXPECT_FALSE(redis_.Has("cust:1"));
  EXPECT_FALSE(redis_.Has("ci:v:customer"));
  EXPECT_TRUE(redis_.Has("session:alice"));
  InvalidateKey("session:alice");
  AwaitMetric("redis_foreign_keys_total", 1);
  AwaitReached();
  EXPECT_TRUE(redis_.Has("session:alice"));
}

TEST_F(RedisTest, KeysAreDataWhateverIsInThem) {
  StartFirst();
  const std::vector<std::string> keys = {"page: a  b",
                                         "page:{x}",
                                         "page:%s%n",
                                         R"(page:"quoted" 'and' \)",
                                         "page:*?[a-z]",
                                         "page:Zürich",
                                         "page:" + std::string(1000, 'k'),
                                         "page:$5 *3 +OK"};
  redis_.Set("page:bystander");
  for (const std::string& key : keys) redis_.Set(key);
  Invalidate({.keys = keys});
  for (const std::string& key : keys) redis_.AwaitGone(key);
  EXPECT_TRUE(redis_.Has("page:bystander"));
  // The service refuses control characters; a key in Redis can have them, and a scan finds it.
  const std::string binary("page:a\r\nFLUSHALL\r\n\0\xff", 21);
  redis_.Set(binary);
  Invalidate({.everything = true});
  redis_.AwaitGone(binary);
  redis_.AwaitGone("page:bystander");
}

TEST_F(RedisTest, WhatCameWhileTheConnectorWasKilledIsDropped) {
  StartFirst();
  connector_->Kill();
  redis_.Set("page:1");
  redis_.Set("page:2");
  InvalidateKey("page:1");
  redis_.Run({"DEL", kOwner});  // its lease would end later
  Start();
  redis_.AwaitGone("page:1");
  EXPECT_TRUE(redis_.Has("page:2"));
  EXPECT_EQ(Metric(kStarted), 0) << "it has resumed";
}

TEST_F(RedisTest, WhatIsReachedIsShownRightAfterAStart) {
  StartFirst();
  InvalidateKey("page:1");
  AwaitReached();
  const double reached = Metric("redis_reached_revision");
  EXPECT_EQ(connector_->Stop().code, 0);
  connector_->StartAndAwaitReady();
  EXPECT_EQ(Metric("redis_reached_revision"), reached);
  EXPECT_EQ(Metric("redis_heard_revision"), reached);
}

TEST_F(RedisTest, AServiceWithAnotherHistoryDropsEverything) {
  StartFirst();
  redis_.Set("page:1");
  service_.Restart();
  redis_.AwaitGone("page:1");
  AwaitMetric(R"(redis_everything_total{reason="epoch"})", 1);
}

TEST_F(RedisTest, OtherTemplatesDropEverything) {
  StartFirst();
  ASSERT_EQ(connector_->Stop().code, 0);
  EXPECT_FALSE(redis_.Has(kOwner)) << "a successor need not wait";
  redis_.Set("page:1");
  Configure("again_after: [], key_prefix: 'page:'");
  Start();
  redis_.AwaitGone("page:1");
}

TEST_F(RedisTest, WhatASnapshotBringsBackIsDroppedAgain) {
  StartFirst();
  redis_.Set("page:1");
  redis_.Set("page:2");
  redis_.Run({"SAVE"});
  InvalidateKey("page:1");
  redis_.AwaitGone("page:1");
  AwaitReached();
  redis_.Kill();
  redis_.Start();
  redis_.AwaitGone("page:1");
  EXPECT_TRUE(redis_.Has("page:2")) << "only what came since the snapshot";
}

// As a failover behind a proxy, which keeps the connection.
TEST_F(RedisTest, APositionThatHasGoneBackIsNoticed) {
  StartFirst();
  const std::string before = *redis_.Get(kPosition);
  InvalidateKey("page:1");
  AwaitReached();
  redis_.Run({"MULTI"});
  redis_.Run({"SET", kPosition, before});
  redis_.Run({"SET", "page:1", "old"});
  redis_.Run({"EXEC"});
  InvalidateKey("page:2");
  redis_.AwaitGone("page:1");
  EXPECT_GE(Metric("redis_rewinds_total"), 1);
}

TEST_F(RedisTest, ALateFillIsDroppedAgain) {
  Configure("again_after: [300ms]");
  StartFirst();
  redis_.Set("page:1");
  InvalidateKey("page:1");
  redis_.AwaitGone("page:1");
  redis_.Set("page:1", "what was loaded before the write");
  redis_.AwaitGone("page:1");
}

TEST_F(RedisTest, AFullRedisDropsWhatItIsTold) {
  StartFirst();
  redis_.Set("page:1");
  const std::string before = *redis_.Get(kPosition);
  redis_.Run({"CONFIG", "SET", "maxmemory", "1"});
  InvalidateKey("page:1");
  redis_.AwaitGone("page:1");
  AwaitMetric("redis_full_total", 1);
  EXPECT_EQ(redis_.Get(kPosition), before);
  redis_.Run({"CONFIG", "SET", "maxmemory", "0"});
  InvalidateKey("page:2");
  AwaitReached();
  EXPECT_NE(redis_.Get(kPosition), before);
}

TEST_F(RedisTest, TheDocumentedPermissionsAreEnough) {
  redis_.Run(kAcl);
  Configure("again_after: [], user: sink, password: secret");
  EXPECT_EQ(connector_->Check().code, 0);
  for (const char* key : {"page:1", "cust:1", "cust:2"}) redis_.Set(key);
  StartFirst();
  for (const char* key : {"page:1", "cust:1", "cust:2"}) EXPECT_FALSE(redis_.Has(key)) << key;
  redis_.Set("page:1");
  InvalidateTag("customer");
  InvalidateKey("page:1");
  redis_.AwaitGone("page:1");
  AwaitReached();
}

TEST_F(RedisTest, AKeyThatIsNotPermittedHoldsUpNoOther) {
  redis_.Run(kAcl);
  redis_.Run({"ACL", "SETUSER", "sink", "resetkeys", "~page:public:*", "~ci:v:*",
              "~cache_invalidation:*"});
  Configure("again_after: [], user: sink, password: secret");
  EXPECT_EQ(connector_->Check().code, 1) << "page:* and cust:* cannot be dropped";
  StartFirst();
  redis_.Set("page:public:1");
  redis_.Set("page:private:1");
  Invalidate({.keys = {"page:private:1", "page:public:1"}});
  redis_.AwaitGone("page:public:1");
  AwaitReached();
  EXPECT_TRUE(redis_.Has("page:private:1"));
  EXPECT_EQ(Metric("redis_refused_keys_total"), 1);
}

TEST_F(RedisTest, ASecondSinkStandsByAndTakesOver) {
  StartFirst();
  Connector second(connector_->setting());
  second.Start();
  while (!absl::StrContains(second.Page("/readyz"), "standing by")) Pause(absl::Milliseconds(10));
  connector_->Kill();
  redis_.Run({"PEXPIRE", kOwner, "1"});  // its lease would end later
  second.AwaitReady();
  redis_.Set("page:1");
  InvalidateKey("page:1");
  redis_.AwaitGone("page:1");
}

TEST_F(RedisTest, AReplicaIsRefused) {
  redis_.Run({"REPLICAOF", "127.0.0.1", "1"});
  const Ended check = connector_->Check();
  EXPECT_EQ(check.code, 1);
  EXPECT_TRUE(absl::StrContains(check.out, "replica")) << check.out;
  connector_->Start();
  while (!absl::StrContains(connector_->Page("/readyz"), "replica")) Pause(absl::Milliseconds(10));
}

TEST_F(RedisTest, ManyKeysAreDroppedInPieces) {
  StartFirst();
  constexpr int kKeys = 30'000;
  connect::RedisCommand set_all = {"MSET"};
  for (int i = 0; i < kKeys; ++i) {
    for (const char* prefix : {"cust:", "page:"}) {
      set_all.insert(set_all.end(), {absl::StrCat(prefix, i), "old"});
    }
  }
  redis_.Run(set_all);
  InvalidateTag("customer");
  AwaitReached();
  EXPECT_EQ(redis_.Run({"DBSIZE"}).number, kKeys + 2) << "with position and lease";
  for (int begin = 0; begin < kKeys; begin += 10'000) {
    client::InvalidateParams params;
    for (int i = begin; i < begin + 10'000; ++i) params.keys.push_back(absl::StrCat("page:", i));
    Invalidate(std::move(params));
  }
  AwaitReached();
  EXPECT_EQ(redis_.Run({"DBSIZE"}).number, 2);
  EXPECT_EQ(Metric("redis_scans_total"), 2) << "the first start, and the tag above the template";
}

}  // namespace
}  // namespace cache_invalidation
