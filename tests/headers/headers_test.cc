// SPDX-License-Identifier: Apache-2.0

// Runs the examples of the public headers, one test for each header, named after it. That every
// header compiles alone is checked by a library that this links (bazel/headers_alone.bzl).
//
// An example is compiled inside a function that provides what it assumes: a service at
// localhost:7400, a database, a cache, a logger.

#include <algorithm>
#include <functional>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "client/async_client.h"
#include "client/cache_keys.h"
#include "client/client.h"
#include "client/declarations.h"
#include "client/grpc_channel.h"
#include "client/json.h"
#include "client/logging.h"
#include "client/prometheus_collectable.h"
#include "client/prometheus_text.h"
#include "client/recorded_writes.h"
#include "client/surrogate_keys.h"
#include "client/tag.h"
#include "client/tagged_cache.h"
#include "client/testing/fake_clock.h"
#include "client/testing/fake_server.h"
#include "client/testing/local_connection.h"
#include "client/testing/unimplemented_connection.h"
#include "client/version.h"
#include "client/write_outbox.h"
#include "client/write_transaction.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"
#include "gtest/gtest.h"

// clang-format off: it takes the includes below for repetitions, and deletes them.

namespace cache_invalidation::client {
namespace {

struct User {
  std::string name;
};

struct Page {
  std::string text;
};

struct Database {
  void Begin() { is_open = true; }
  void Update(const std::string& table, const std::string& id, const std::string& row) {
    rows.push_back(table + ":" + id + "=" + row);
  }
  absl::Status Commit() {
    is_open = false;
    return absl::OkStatus();
  }
  absl::StatusOr<User> FindUser(const std::string& id) const { return User{prefix + id}; }
  std::vector<std::string> Query(const std::string& /*sql*/) const { return rows; }
  void Delete(const std::string& /*table*/, const std::vector<std::string>& deleted) {
    for (const std::string& row : deleted) std::erase(rows, row);
  }

  bool is_open = false;
  std::vector<std::string> rows;
  std::string prefix = "user ";
};

struct Cache {
  void Clear() { ++changes; }
  void Apply(const Event&) { ++changes; }
  void Drop(const std::vector<std::string>&) { ++changes; }
  void DropEverything() { ++changes; }

  int changes = 0;
};

Page Render(const User& user) { return {"hello " + user.name}; }

class ExamplesTest : public testing::Test {
 protected:
  // In place of the function of that name.
  std::shared_ptr<Connection> MakeConnection(const std::string&) { return service_.Connect(); }
  std::shared_ptr<Connection> MakeConnection(const std::shared_ptr<grpc::Channel>& /*channel*/) {
    return service_.Connect();
  }

  // What fails in an example fails the test.
  static void Log(const absl::Status& status) { ADD_FAILURE() << status; }
  static void MyLog(bool is_error, const std::string& message) {
    if (is_error) ADD_FAILURE() << message;
  }
  static absl::Status Retry() { return absl::AbortedError("the example wants to be repeated"); }

  FakeServer service_;
  Database db;
  const std::string data = "data";
  Cache cache;
};

TEST_F(ExamplesTest, AsyncClient) {
  const Position position;  // nobody can vouch for it, so everything has moved
  std::promise<void> reloaded;
  const auto Reload = [&] { reloaded.set_value(); };
#define EXAMPLE_async_client
#include "tests/headers/examples.inc"
#undef EXAMPLE_async_client
  EXPECT_EQ(lookup.get()->state, EntryState::kAbsent);
  reloaded.get_future().wait();
  client.FlushWrites();
  EXPECT_EQ(Client(service_.Connect()).GetInvalidationStats()->position.revision, 1u);
}

TEST_F(ExamplesTest, CacheKeys) {
#define EXAMPLE_cache_keys
#include "tests/headers/examples.inc"
#undef EXAMPLE_cache_keys
  EXPECT_EQ(key, "shop:user:42:a%3Ab");
}

TEST_F(ExamplesTest, CacheOptions) {
  struct {
    void Run(const std::function<void()>& task) { task(); }
  } pool;
  FakeClock clock;
  const TaggedCache<User> users(client::Client(service_.Connect()), {.name = "web"});
  std::string loaded;
  const auto Load = [&](const std::string& key) { loaded = key; };
  const auto Log = [](const absl::Status&) {};
#define EXAMPLE_cache_options
#include "tests/headers/examples.inc"
#undef EXAMPLE_cache_options
  EXPECT_EQ(loaded, "user:42");
  EXPECT_TRUE(TaggedCache<User>::Open(client::Client(service_.Connect()), options).ok());
}

TEST_F(ExamplesTest, CacheStatistics) {
  const TaggedCache<User> users(client::Client(service_.Connect()), {.name = "web"});
  const auto Log = [](const std::string& line) { ADD_FAILURE() << line; };
#define EXAMPLE_cache_statistics
#include "tests/headers/examples.inc"
#undef EXAMPLE_cache_statistics
  EXPECT_EQ(exported["hits"], 0u);
  EXPECT_EQ(average, absl::ZeroDuration());
  EXPECT_EQ(within_5_ms, 0u);
  EXPECT_TRUE(is_third);
}

TEST_F(ExamplesTest, CallOptions) {
  const Client client(service_.Connect());
#define EXAMPLE_call_options
#include "tests/headers/examples.inc"
#undef EXAMPLE_call_options
  EXPECT_TRUE(stats.ok()) << stats.status();
}

TEST_F(ExamplesTest, Client) {
#define EXAMPLE_client
#include "tests/headers/examples.inc"
#undef EXAMPLE_client
  EXPECT_EQ(result->position.revision, 1u);
}

TEST_F(ExamplesTest, Declarations) {
  const Client client(service_.Connect());
#define EXAMPLE_declarations
#include "tests/headers/examples.inc"
#undef EXAMPLE_declarations
  EXPECT_TRUE(applied.ok()) << applied.status();
  EXPECT_EQ(client.ListDataRelationships()->size(), 1u);
}

TEST_F(ExamplesTest, FakeClock) {
#define EXAMPLE_fake_clock
#include "tests/headers/examples.inc"
#undef EXAMPLE_fake_clock
}

TEST_F(ExamplesTest, FakeServer){
#define EXAMPLE_fake_server
#include "tests/headers/examples.inc"
#undef EXAMPLE_fake_server
}

TEST_F(ExamplesTest, GrpcChannel) {
#define EXAMPLE_grpc_channel
#include "tests/headers/examples.inc"
#undef EXAMPLE_grpc_channel
}

TEST_F(ExamplesTest, Json) {
  const Event event{.revision = 7};
#define EXAMPLE_json
#include "tests/headers/examples.inc"
#undef EXAMPLE_json
  EXPECT_EQ(line.substr(0, 40), R"({"revision":"7","part":0,"lastPart":true)");
  EXPECT_EQ(write->resource_id, "42");
}

TEST_F(ExamplesTest, LocalConnection) {
#define EXAMPLE_local_connection
#include "tests/headers/examples.inc"
#undef EXAMPLE_local_connection
}

TEST_F(ExamplesTest, Logging) {
#define EXAMPLE_logging
#include "tests/headers/examples.inc"
#undef EXAMPLE_logging
  EXPECT_TRUE(Client(service_.Connect()).GetInvalidationStats().ok());
  SetLogSink({});
}

TEST_F(ExamplesTest, Load) {
  const TaggedCache<User> users(client::Client(service_.Connect()), {.name = "web"});
#define EXAMPLE_load
#include "tests/headers/examples.inc"
#undef EXAMPLE_load
  EXPECT_EQ((*user)->name, "user 42");
}

TEST_F(ExamplesTest, PrometheusCollectable) {
  const TaggedCache<User> users(client::Client(service_.Connect()), {.name = "web"});
  const TaggedCache<Page> pages(users);
  struct {
    void RegisterCollectable(const std::weak_ptr<prometheus::Collectable>& given) {
      scraped = given;
    }
    std::weak_ptr<prometheus::Collectable> scraped;
  } exposer;
#define EXAMPLE_prometheus_collectable
#include "tests/headers/examples.inc"
#undef EXAMPLE_prometheus_collectable
  EXPECT_EQ(exposer.scraped.lock(), metrics);
  EXPECT_EQ(now.at(0).metric.size(), 2u);
}

TEST_F(ExamplesTest, PrometheusText) {
  const TaggedCache<User> users(client::Client(service_.Connect()), {.name = "web"});
  const TaggedCache<Page> pages(users);
#define EXAMPLE_prometheus_text
#include "tests/headers/examples.inc"
#undef EXAMPLE_prometheus_text
  EXPECT_NE(text.find("tagged_cache_hits_total{cache=\"web\",type=\"page\"} 0"), text.npos);
}

TEST_F(ExamplesTest, RecordedWrites) {
  const client::Client client(service_.Connect());
  db.rows = {ToJson(WriteEvent{.resource_type = "user", .resource_id = "1"})};
#define EXAMPLE_recorded_writes
#include "tests/headers/examples.inc"
#undef EXAMPLE_recorded_writes
  EXPECT_EQ(client.GetInvalidationStats()->position.revision, 1u);
  EXPECT_TRUE(db.rows.empty());
}

TEST_F(ExamplesTest, Relationship) {
#define EXAMPLE_relationship
#include "tests/headers/examples.inc"
#undef EXAMPLE_relationship
  EXPECT_TRUE(client::Client(service_.Connect()).RegisterDataRelationship(order).ok());
}

TEST_F(ExamplesTest, Rule) {
#define EXAMPLE_rule
#include "tests/headers/examples.inc"
#undef EXAMPLE_rule
  EXPECT_TRUE(client::Client(service_.Connect()).RegisterInvalidationRule(user_data).ok());
}

TEST_F(ExamplesTest, Subscription) {
#define EXAMPLE_subscription
#include "tests/headers/examples.inc"
#undef EXAMPLE_subscription
  subscription->Stop();
}

TEST_F(ExamplesTest, SurrogateKeys) {
#define EXAMPLE_surrogate_keys
#include "tests/headers/examples.inc"
#undef EXAMPLE_surrogate_keys
  EXPECT_EQ(header, "xkey: = order order:5 customer customer:7 =%2Forders%2F5");
  EXPECT_EQ(purged, (std::vector<std::string>{"order:5", "order~"}));
  EXPECT_EQ(page + all, "=page:1=");
}

TEST_F(ExamplesTest, Tag) {
#define EXAMPLE_tag
#include "tests/headers/examples.inc"
#undef EXAMPLE_tag
  EXPECT_EQ(tags, (std::vector<std::string>{"order:urn:7", "order:#all", "tenant:acme%3Aeu"}));
}

TEST_F(ExamplesTest, TaggedCache) {
  std::vector<std::string> greeted;
  const auto Greet = [&](const std::string& name) { greeted.push_back(name); };
  const auto run_in_pool = [](const std::function<void()>& task) { task(); };
  const auto load_user = [&](Load& load) -> absl::StatusOr<User> {
    load.AddTag("user:42");
    return db.FindUser("42");
  };
  const auto example = [&]() -> absl::Status {
#define EXAMPLE_tagged_cache
#include "tests/headers/examples.inc"
#undef EXAMPLE_tagged_cache
    if (!page.ok()) return page.status();
    EXPECT_EQ((*page)->text, "hello user 42");
    return absl::OkStatus();
  };
  EXPECT_EQ(example(), absl::OkStatus());
  EXPECT_EQ(greeted.at(0), "user 42");
}

TEST_F(ExamplesTest, UnimplementedConnection){
#define EXAMPLE_unimplemented_connection
#include "tests/headers/examples.inc"
#undef EXAMPLE_unimplemented_connection
}

TEST_F(ExamplesTest, Version) {
  testing::internal::CaptureStderr();
#define EXAMPLE_version
#include "tests/headers/examples.inc"
#undef EXAMPLE_version
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(ExamplesTest, ValueOptions) {
  const client::Client client(service_.Connect());
  std::string gone;
  int made_room = 0;
#define EXAMPLE_value_options
#include "tests/headers/examples.inc"
#undef EXAMPLE_value_options
  ASSERT_TRUE(cache.ok());
  ASSERT_TRUE(cache->AwaitLive(absl::Seconds(10)));
  const auto load = [](Load& load) {
    load.AddTag("text");
    return std::string("long");
  };
  EXPECT_TRUE(cache->GetOrLoad("k", load).ok());
  EXPECT_EQ(cache->Statistics().weight, 4u);
  cache->Drop({"text"});
  EXPECT_EQ(gone, "k long");
  EXPECT_EQ(made_room, 0);
}

TEST_F(ExamplesTest, WriteEvent) {
#define EXAMPLE_write_event
#include "tests/headers/examples.inc"
#undef EXAMPLE_write_event
  EXPECT_TRUE(client::Client(service_.Connect()).InvalidateByWrites({write}).ok());
}

TEST_F(ExamplesTest, Widening) {
  struct Row {
    std::string table;
    std::string id;
  };
  const std::vector<Row> log = {{"user", "1"}, {"user", "2"}};
  const absl::Status error = absl::InvalidArgumentError("a name");
#define EXAMPLE_widening
#include "tests/headers/examples.inc"
#undef EXAMPLE_widening
  EXPECT_EQ(told.writes.size(), 2u);
  EXPECT_TRUE(IsWriteRefusal(error));
}

TEST_F(ExamplesTest, WriteOutbox) {
#define EXAMPLE_write_outbox
#include "tests/headers/examples.inc"
#undef EXAMPLE_write_outbox
  EXPECT_EQ(client.GetInvalidationStats()->position.revision, 1u);
}

TEST_F(ExamplesTest, WriteStream) {
  const client::Client client(service_.Connect());
#define EXAMPLE_write_stream
#include "tests/headers/examples.inc"
#undef EXAMPLE_write_stream
  EXPECT_EQ(client.GetInvalidationStats()->position.revision, 1u);
}

TEST_F(ExamplesTest, WriteTransaction) {
  const auto example = [&]() -> absl::Status {
#define EXAMPLE_write_transaction
#include "tests/headers/examples.inc"
#undef EXAMPLE_write_transaction
    return result.invalidation_status;
  };
  EXPECT_EQ(example(), absl::OkStatus());
}

TEST(HeadersTest, EveryExampleHasItsTest) {
  std::set<std::string> tests;
  const testing::TestSuite* suite = nullptr;
  for (int i = 0; i < testing::UnitTest::GetInstance()->total_test_suite_count(); ++i) {
    suite = testing::UnitTest::GetInstance()->GetTestSuite(i);
    if (std::string(suite->name()) != "ExamplesTest") continue;
    for (int j = 0; j < suite->total_test_count(); ++j) tests.insert(suite->GetTestInfo(j)->name());
  }
#define EXAMPLE_NAME(name) name,
  const std::set<std::string> examples = {
#include "tests/headers/examples.inc"
  };
  EXPECT_EQ(tests, examples);
}

}  // namespace
}  // namespace cache_invalidation::client
