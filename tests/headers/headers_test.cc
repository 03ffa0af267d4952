// Runs the examples of the public headers, one test for each header, named after it. That every
// header compiles alone is checked by a library that this links (bazel/headers_alone.bzl).
//
// An example is compiled inside a function that provides what it assumes: a service at
// localhost:7400, a database, a cache, a logger.

#include <future>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "client/async_client.h"
#include "client/client.h"
#include "client/json.h"
#include "client/logging.h"
#include "client/tag.h"
#include "client/tagged_cache.h"
#include "client/testing/fake_server.h"
#include "client/testing/unimplemented_connection.h"
#include "client/write_outbox.h"
#include "client/write_transaction.h"
#include "gtest/gtest.h"

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

TEST_F(ExamplesTest, FakeServer){
#define EXAMPLE_fake_server
#include "tests/headers/examples.inc"
#undef EXAMPLE_fake_server
}

TEST_F(ExamplesTest, Json) {
  const Event event{.revision = 7};
#define EXAMPLE_json
#include "tests/headers/examples.inc"
#undef EXAMPLE_json
  EXPECT_EQ(line.substr(0, 40), R"({"revision":"7","part":0,"lastPart":true)");
}

TEST_F(ExamplesTest, Logging) {
#define EXAMPLE_logging
#include "tests/headers/examples.inc"
#undef EXAMPLE_logging
  EXPECT_TRUE(Client(service_.Connect()).GetInvalidationStats().ok());
  SetLogSink({});
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

TEST_F(ExamplesTest, Tag) {
#define EXAMPLE_tag
#include "tests/headers/examples.inc"
#undef EXAMPLE_tag
  EXPECT_EQ(tags, (std::vector<std::string>{"order:urn:7", "order:#all", "tenant:acme%3Aeu"}));
}

TEST_F(ExamplesTest, TaggedCache) {
  std::string greeted;
  const auto Greet = [&](const std::string& name) { greeted = name; };
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
  EXPECT_EQ(greeted, "user 42");
}

TEST_F(ExamplesTest, UnimplementedConnection){
#define EXAMPLE_unimplemented_connection
#include "tests/headers/examples.inc"
#undef EXAMPLE_unimplemented_connection
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
#define EXAMPLE_widening
#include "tests/headers/examples.inc"
#undef EXAMPLE_widening
  EXPECT_EQ(told.writes.size(), 2u);
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
