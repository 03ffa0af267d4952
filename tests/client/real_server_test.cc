// SPDX-License-Identifier: Apache-2.0

// TaggedCaches under a real server: a written value disappears from all of them, shared entries are
// registered, and a server that restarts without its history empties them.

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "client/tagged_cache.h"
#include "common/check.h"
#include "gtest/gtest.h"
#include "server/server.h"
#include "tests/support/local_server.h"

namespace cache_invalidation {
namespace {

using client::Cached;
using client::Client;
using client::Load;
using client::MakeConnection;
using client::TaggedCache;

// How long anything may take on a busy machine before the test fails.
constexpr absl::Duration kPatience = absl::Seconds(60);

class RealServerTest : public testing::Test {
 protected:
  // Before the first server there was none whose subscribers calls would have to wait for.
  RealServerTest() { StartServer(0, absl::ZeroDuration()); }

  void StartServer(int port, std::optional<absl::Duration> longest_earlier_lease = {}) {
    ServerOptions options = OnLoopback(port);
    options.heartbeat = absl::Milliseconds(100);
    options.longest_earlier_lease = longest_earlier_lease;
    server_ = cache_invalidation::StartServer(std::move(options));
  }

  void RestartServer() {
    const int port = server_->grpc_port();
    server_.reset();
    StartServer(port);
  }

  // A client over a connection of its own, as in another process.
  Client NewClient() const { return Client(MakeConnection(EndpointOf(*server_))); }

  static TaggedCache<std::string> NewCache(const Client& client) {
    TaggedCache<std::string> cache(
        client, {.name = "test", .require_tags = false, .lease = absl::Seconds(1)});
    EXPECT_TRUE(cache.AwaitLive(kPatience));
    return cache;
  }

  std::unique_ptr<Server> server_;
};

std::string Fill(const TaggedCache<std::string>& cache, const std::string& key,
                 const std::string& value, const std::vector<std::string>& tags,
                 const std::vector<std::string>& keys = {}, bool is_shared = false) {
  const auto loader = [&](Load& load) {
    for (const std::string& tag : tags) load.AddTag(tag);
    for (const std::string& other : keys) load.DependOnKey(other);
    if (is_shared) load.SetShared();
    return value;
  };
  const absl::StatusOr<Cached<std::string>> cached = cache.GetOrLoad(key, loader);
  return cached.ok() ? **cached : std::string(cached.status().message());
}

TEST_F(RealServerTest, WhatIsWrittenDisappearsFromAllCaches) {
  const Client client = NewClient();
  const TaggedCache<std::string> one = NewCache(NewClient());
  const TaggedCache<std::string> two = NewCache(NewClient());
  for (const TaggedCache<std::string>* cache : {&one, &two}) {
    EXPECT_EQ(Fill(*cache, "u1", "old", {"user:1"}), "old");
    EXPECT_EQ(Fill(*cache, "u2", "old", {"user:2"}), "old");
    EXPECT_EQ(Fill(*cache, "list", "old", {"user:#all"}), "old");
    EXPECT_EQ(Fill(*cache, "page", "old", {}, {"u1"}), "old");
  }
  const auto written = client.InvalidateByWrite("user", "1", "update");
  ASSERT_TRUE(written.ok()) << written.status();
  for (const TaggedCache<std::string>* cache : {&one, &two}) {
    EXPECT_TRUE(cache->AwaitApplied(written->position, kPatience));
    EXPECT_FALSE(cache->Get("u1"));
    EXPECT_FALSE(cache->Get("list"));
    EXPECT_FALSE(cache->Get("page"));
    EXPECT_TRUE(cache->Get("u2"));
  }
}

TEST_F(RealServerTest, ACacheCatchesUpWithWhatOthersHaveWritten) {
  const TaggedCache<std::string> cache(NewClient(), {.name = "test", .require_tags = false});
  EXPECT_TRUE(cache.AwaitCaughtUp(kPatience)) << "nothing was ever written";
  EXPECT_TRUE(cache.AwaitLive(kPatience));
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Fill(cache, "u1", "old", {"user:1"}), "old");
    ASSERT_TRUE(NewClient().InvalidateByWrite("user", "1", "update").ok());
    EXPECT_TRUE(cache.AwaitCaughtUp(kPatience));
    EXPECT_FALSE(cache.Get("u1"));
  }
  EXPECT_EQ(cache.Statistics().epoch_conflicts, 0u);

  RestartServer();
  EXPECT_TRUE(cache.AwaitCaughtUp(kPatience)) << "with the epoch that has begun";
  EXPECT_EQ(cache.Statistics().resets, 1u);
  server_.reset();
  EXPECT_FALSE(cache.AwaitCaughtUp(absl::Milliseconds(50))) << "there is nobody to ask";
}

TEST_F(RealServerTest, NobodyWaitsForACacheThatIsGone) {
  const Client client = NewClient();
  const auto waiting_for = [&client] {
    const auto result = client.Invalidate(
        {.tags = {"t"}, .wait = client::WaitForSubscribers{.timeout = kPatience}});
    EXPECT_TRUE(result.ok()) << result.status();
    return result->waiting->waited_for.size();
  };
  {
    const TaggedCache<std::string> cache = NewCache(NewClient());
    EXPECT_EQ(waiting_for(), 1u);
  }
  EXPECT_EQ(waiting_for(), 0u) << "it has said that it leaves";
}

TEST_F(RealServerTest, SharedEntriesCarryInvalidationsFromCacheToCache) {
  const Client client = NewClient();
  const TaggedCache<std::string> users = NewCache(NewClient());
  const TaggedCache<std::string> pages = NewCache(NewClient());
  EXPECT_EQ(Fill(users, "u1", "old", {"team:7"}, {}, /*is_shared=*/true), "old");
  EXPECT_EQ(Fill(pages, "page", "old", {"page"}, {"u1"}), "old");
  EXPECT_TRUE(pages.Get("page"));
  const auto invalidated = client.Invalidate({.tags = {"team"}});
  ASSERT_TRUE(invalidated.ok()) << invalidated.status();
  EXPECT_TRUE(pages.AwaitApplied(invalidated->position, kPatience));
  EXPECT_FALSE(pages.Get("page")) << "it does not know the team of the user; the service does";
}

// Two caches that know nothing of each other: the one that loads the user does not say that it is
// shared.
TEST_F(RealServerTest, WhatRestsOnAKeyThatNobodyTracksIsNotKept) {
  const TaggedCache<std::string> users = NewCache(NewClient());
  const TaggedCache<std::string> pages = NewCache(NewClient());
  EXPECT_EQ(Fill(users, "u1", "old", {"user:1"}), "old");
  EXPECT_EQ(Fill(pages, "page", "old", {"page"}, {"u1"}), "old");
  EXPECT_FALSE(pages.Get("page"));
  EXPECT_EQ(pages.Statistics().fills_on_unknown_keys, 1u);
  EXPECT_EQ(pages.Statistics().last_unknown_key, "u1");
  users.Drop({}, {"u1"});
  EXPECT_EQ(Fill(users, "u1", "old", {"user:1"}, {}, /*is_shared=*/true), "old");
  EXPECT_EQ(Fill(pages, "page", "old", {"page"}, {"u1"}), "old");
  EXPECT_TRUE(pages.Get("page"));
  const auto written = NewClient().InvalidateByWrite("user", "1", "update");
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_TRUE(pages.AwaitApplied(written->position, kPatience));
  EXPECT_FALSE(pages.Get("page"));
}

TEST_F(RealServerTest, LazyInvalidationsMark) {
  const Client client = NewClient();
  const TaggedCache<std::string> cache = NewCache(NewClient());
  EXPECT_EQ(Fill(cache, "u1", "old", {"user:1"}), "old");
  const auto invalidated =
      client.Invalidate({.tags = {"user:1"}, .strategy = client::InvalidationStrategy::kLazy});
  ASSERT_TRUE(invalidated.ok()) << invalidated.status();
  EXPECT_TRUE(cache.AwaitApplied(invalidated->position, kPatience));
  EXPECT_FALSE(cache.Get("u1"));
  EXPECT_TRUE(cache.Get("u1", {.while_revalidating = true}).is_stale());
  EXPECT_EQ(Fill(cache, "u1", "new", {"user:1"}), "new");
  EXPECT_EQ(Fill(cache, "u1", "newer", {"user:1"}), "new");
}

TEST_F(RealServerTest, UnderAFilterItKeepsOnlyWhatItHearsOf) {
  const TaggedCache<std::string> cache(NewClient(), {.name = "test", .tags = {"user"}});
  EXPECT_TRUE(cache.AwaitLive(kPatience));
  EXPECT_EQ(Fill(cache, "u1", "old", {"user:1"}), "old");
  EXPECT_EQ(Fill(cache, "order", "old", {"order:1"}), "old");
  EXPECT_TRUE(cache.Get("u1"));
  EXPECT_FALSE(cache.Get("order"));
}

TEST_F(RealServerTest, ANewHistoryEmptiesIt) {
  const TaggedCache<std::string> cache = NewCache(NewClient());
  EXPECT_EQ(Fill(cache, "u1", "old", {"user:1"}), "old");
  const std::string epoch = cache.Statistics().position.epoch;
  RestartServer();
  const auto written = NewClient().InvalidateByWrite("other", "1", "update");
  ASSERT_TRUE(written.ok()) << written.status();
  ASSERT_NE(written->position.epoch, epoch);
  EXPECT_TRUE(cache.AwaitApplied(written->position, kPatience));
  EXPECT_TRUE(cache.AwaitLive(kPatience));
  EXPECT_FALSE(cache.Get("u1"));
  EXPECT_EQ(cache.Statistics().resets, 1u);
  EXPECT_EQ(Fill(cache, "u1", "new", {"user:1"}), "new");
  EXPECT_TRUE(cache.Get("u1"));
}

TEST_F(RealServerTest, WithoutTheServerItsLeaseEndsAndLoadsGoOn) {
  const TaggedCache<std::string> cache = NewCache(NewClient());
  EXPECT_EQ(Fill(cache, "u1", "old", {"user:1"}), "old");
  server_.reset();
  while (cache.Statistics().is_live) std::this_thread::yield();
  EXPECT_FALSE(cache.Get("u1"));
  EXPECT_EQ(Fill(cache, "u1", "new", {"user:1"}), "new");
}

}  // namespace
}  // namespace cache_invalidation
