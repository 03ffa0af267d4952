// SPDX-License-Identifier: Apache-2.0

// The commands that each do one thing: their output and exit codes.

#include "client/client.h"
#include "common/mutex.h"
#include "tests/cachectl/cachectl_test.h"

namespace cache_invalidation {
namespace {

using testing::Test;

TEST_F(CachectlTest, Rules) {
  EXPECT_EQ(Ok({"rule", "register", "sessions", "--trigger", "user", "--invalidate",
                "user_session:{resource_id}", "--strategy", "lazy", "--priority", "90"}),
            "rule sessions added\n");
  const Ended replaced =
      Run({"rule", "register", "sessions", "--trigger", "user", "--invalidate", "user_session"});
  EXPECT_EQ(replaced.code, 0);
  EXPECT_EQ(replaced.out, "rule sessions replaced\n");
  EXPECT_EQ(replaced.err.substr(0, 9), "warning: ") << "a bare type tag";
  Ok({"rule", "register", "off", "--trigger", "x", "--pattern", "a.*", "--disabled"});
  EXPECT_EQ(Ok({"rule", "list"}),
            "NAME      PRIORITY  STRATEGY   ENABLED  TRIGGERS  TARGETS\n"
            "off              0  immediate  no       x         /a.*/\n"
            "sessions         0  immediate  yes      user      user_session\n");
  EXPECT_EQ(Field(Ok({"rule", "get", "sessions"}), "executions"), "0");
  EXPECT_EQ(Ok({"rule", "delete", "off"}), "rule off deleted\n");
  EXPECT_EQ(Run({"rule", "delete", "off"}).code, 3);
  EXPECT_EQ(Run({"rule", "get", "off"}).code, 3);
}

TEST_F(CachectlTest, Relationships) {
  EXPECT_EQ(Ok({"relationship", "register", "order", "items", "inventory", "--name", "r"}),
            "relationship r added\n");
  EXPECT_EQ(Ok({"relationship", "list", "--source", "order"}),
            "NAME  SOURCE  TARGETS          CARDINALITY  DEPTH  TEMPLATE\n"
            "r     order   inventory items  one_to_many      1\n");
  EXPECT_NE(Ok({"relationship", "get", "r", "-o", "json"}).find("\"cascadeDepth\": 1"),
            std::string::npos);
  EXPECT_EQ(Ok({"relationship", "delete", "r"}), "relationship r deleted\n");
  EXPECT_EQ(Run({"relationship", "get", "r"}).code, 3);
}

TEST_F(CachectlTest, Namespaces) {
  Ok({"-n", "shop", "invalidate", "--tag", "t"});
  Ok({"-n", "app", "invalidate", "--tag", "t"});
  EXPECT_EQ(Ok({"namespace", "list"}), "app\nshop\n");
  EXPECT_EQ(Run({"namespace", "delete", "shop"}).code, 2) << "without --yes";
  EXPECT_EQ(Ok({"namespace", "list"}), "app\nshop\n");
  EXPECT_EQ(Ok({"namespace", "delete", "shop", "--yes"}), "namespace shop deleted\n");
  EXPECT_EQ(Ok({"namespace", "list"}), "app\n");
  EXPECT_EQ(Run({"namespace", "delete", "shop", "--yes"}).code, 3);
  EXPECT_NE(Ok({"namespace", "delete", "app", "--yes", "-o", "json"}).find("\"found\": true"),
            std::string::npos);
}

TEST_F(CachectlTest, Dependencies) {
  EXPECT_EQ(Ok({"dependency", "add", "page", "data", "--on-tag", "user:1", "--ttl", "1h"}),
            "3 added\n");
  const std::string list = Ok({"dependency", "list", "page"});
  EXPECT_NE(list.find("page  user:1"), std::string::npos) << list;
  EXPECT_NE(Ok({"dependency", "list", "data", "--dependents"}).find("page"), std::string::npos);
  EXPECT_EQ(Ok({"dependency", "remove", "page", "--on-tag", "user:1"}), "1 removed\n");
  EXPECT_EQ(Ok({"dependency", "remove", "page"}), "2 removed\n");
  EXPECT_EQ(Run({"dependency", "remove", "page"}).code, 3);
}

TEST_F(CachectlTest, Entries) {
  Ok({"entry", "track", "k", "--tag", "user:1", "--ttl", "1h"});
  const std::string found = Ok({"entry", "lookup", "k"});
  EXPECT_EQ(Field(found, "state"), "fresh");
  EXPECT_EQ(Field(found, "tags"), "user:1");
  const std::string epoch = Field(found, "epoch");
  const std::string revision = Field(found, "revision");
  EXPECT_EQ(
      Run({"entry", "validate", "k", "--tag", "user", "--revision", revision, "--epoch", epoch})
          .code,
      0);
  Ok({"write", "user", "1"});
  EXPECT_EQ(Field(Ok({"entry", "lookup", "k"}), "state"), "absent");
  EXPECT_EQ(
      Run({"entry", "validate", "--tag", "user:1", "--revision", revision, "--epoch", epoch}).code,
      4)
      << "it has moved";
  EXPECT_EQ(
      Run({"entry", "track", "k", "--tag", "user:1", "--revision", revision, "--epoch", epoch})
          .code,
      4)
      << "the fill came too late";
  Ok({"entry", "track", "k"});
  EXPECT_EQ(Ok({"entry", "untrack", "k", "other"}), "1 of 2 were tracked\n");
}

TEST_F(CachectlTest, Writes) {
  Ok({"rule", "register", "orders", "--trigger", "order", "--invalidate",
      "customer_orders:{context.customer}"});
  EXPECT_EQ(Ok({"write", "order", "7", "update", "--context",
                R"({"customer": 1, "old": {"customer": 2}})"}),
            "revision 1, 4 invalidations\nrules fired: orders\n");
  EXPECT_EQ(Ok({"write", "order"}), "revision 2, 2 invalidations, 2 widened\nrules fired: orders\n")
      << "the whole type";
  const std::string json = Ok({"write", "order", "8", "-o", "json"});
  EXPECT_NE(json.find("\"rulesFired\": [\n      \"orders\"\n    ]"), std::string::npos) << json;
  EXPECT_EQ(Run({"write", "order", "1", "--context", "{"}).code, 2);
  EXPECT_EQ(Run({"write", "order", "1", "--context", "[]"}).code, 2);
}

TEST_F(CachectlTest, Explanations) {
  Ok({"relationship", "register", "order", "items", "--name", "r"});
  const std::string all = Ok({"explain", "order", "7"});
  EXPECT_NE(all.find("relationship r"), std::string::npos) << all;
  const std::string one = Ok({"explain", "order", "7", "--key", "k", "--key-tag", "items:1"});
  EXPECT_NE(one.find("k would be hit\n"), std::string::npos) << one;
}

TEST_F(CachectlTest, Invalidations) {
  Ok({"dependency", "add", "page", "data"});
  EXPECT_EQ(Ok({"invalidate", "--tag", "t", "--key", "k"}), "revision 1, 2 invalidations\n");
  EXPECT_EQ(Ok({"invalidate", "--everything"}), "revision 2, 1 invalidation\n");
  EXPECT_EQ(Ok({"invalidate-with-dependencies", "data"}), "2 invalidated, 0 dependents left\n");
  EXPECT_EQ(Ok({"invalidate-with-dependencies", "data", "--not-recursive"}),
            "1 invalidated, 1 dependent left\n");
  EXPECT_EQ(Run({"invalidate"}).code, 2) << "nothing is named";
  EXPECT_EQ(Run({"invalidate", "--pattern", "("}).code, 2);
}

TEST_F(CachectlTest, Batches) {
  EXPECT_EQ(Ok({"batch", "delay", "60s"}), "delay 1m, before 100ms\n");
  EXPECT_EQ(Ok({"batch", "delay", "60s", "-o", "json"}), "{\n  \"previousDelay\": \"60s\"\n}\n");
  EXPECT_EQ(Ok({"batch", "schedule", "--tag", "a", "--tag", "b", "--key", "c"}), "3 pending\n");
  EXPECT_EQ(Ok({"batch", "flush"}), "revision 1, 3 flushed\n");
  EXPECT_EQ(Ok({"batch", "flush", "-o", "yaml"}).substr(0, 9), "position:");
}

TEST_F(CachectlTest, Statistics) {
  Ok({"write", "user", "1"});
  Ok({"rule", "register", "r", "--trigger", "a", "--invalidate", "b:{resource_id}"});
  const std::string text = Ok({"stats"});
  EXPECT_EQ(Field(text, "invalidations"), "1");
  EXPECT_EQ(Field(text, "  immediate"), "1");
  EXPECT_NE(text.find("\nRULE"), std::string::npos);
  EXPECT_NE(Ok({"stats", "-o", "json"}).find("\"totalInvalidations\": \"1\""), std::string::npos);
}

TEST_F(CachectlTest, NamespacesAreApart) {
  Ok({"write", "user", "1", "--namespace", "shop"});
  EXPECT_EQ(Field(Ok({"-n", "shop", "stats"}), "revision"), "1");
  EXPECT_EQ(Field(Ok({"stats"}), "revision"), "0");
  EXPECT_EQ(Run({"-n", "No Such Name", "stats"}).code, 2);
}

TEST_F(CachectlTest, Waits) {
  EXPECT_EQ(Ok({"invalidate", "--tag", "t", "--wait"}),
            "revision 1, 1 invalidation\nwaited for 0 subscribers\n");

  Mutex mutex;
  CondVar changed;
  bool started = false;
  const auto subscription =
      client::Client(client::MakeConnection(endpoint()))
          .Subscribe({.name = "web", .acknowledgement = client::Acknowledgement::kExplicit},
                     {.on_started = [&](const client::SubscriptionStarted&) {
                       MutexLock lock(mutex);
                       started = true;
                       changed.NotifyAll();
                     }});
  {
    MutexLock lock(mutex);
    while (!started) changed.Wait(mutex);
  }
  for (const Strings& command :
       {Strings{"invalidate", "--tag", "t"}, Strings{"invalidate-with-dependencies", "k"},
        Strings{"write", "user", "1"}, Strings{"batch", "flush"}}) {
    Strings line = command;
    line.insert(line.end(), {"--wait-timeout", "10ms"});
    const Ended late = Run(line);
    EXPECT_EQ(late.code, 4) << command.front();
    EXPECT_NE(late.out.find("\nwaited for 1 subscriber; late: web\n"), std::string::npos)
        << late.out << late.err;
  }
}

}  // namespace
}  // namespace cache_invalidation
