// SPDX-License-Identifier: Apache-2.0

// Caches: what a loader can declare, how values are read, and what a cache tells of itself.

#include <string>
#include <thread>
#include <vector>

#include "cache_invalidation/client/tagged_cache.h"
#include "tour.h"

using namespace cache_invalidation::client;

constexpr absl::Duration kPatience = absl::Seconds(30);

void ShowCaches(const Client& client) {
  std::vector<std::function<void()>> background;
  const TaggedCache<std::string> users(
      client, TaggedCacheOptions{.name = "tour",
                                 .max_entries = 1'000,
                                 .executor = [&background](std::function<void()> task) {
                                   background.push_back(std::move(task));
                                 }});
  Expect(users.AwaitLive(kPatience), "the cache has a lease");
  Expect(users.status().ok(), "its options are valid");

  const auto load_user = [](Load& load) -> absl::StatusOr<std::string> {
    load.AddTag("user:1");
    load.SetTtl(absl::Minutes(5));
    load.SetWeight(10);
    load.SetShared();  // something outside of this cache depends on it
    return "user of " + load.key() + " at " + std::to_string(load.position().revision);
  };
  const Cached<std::string> user = OrEnd(users.GetOrLoad("user:1", load_user));
  Expect(!user.is_stale() && user.shared() != nullptr, "a value that is fresh");

  // Values of another type, computed from those.
  const TaggedCache<int> lengths(users);
  const auto load_length = [&](Load& load) -> absl::StatusOr<int> {
    const Cached<std::string> name = OrEnd(users.GetOrLoad("user:1", load_user));
    load.DependOnKey("user:1");
    load.DependOnTag("lengths");
    load.DependOn("user:1");
    return static_cast<int>(name->size());
  };
  OrEnd(lengths.GetOrLoad("length:1", load_length));
  const WriteResult write = OrEnd(client.InvalidateByWrite("user", "1", "update"));
  Expect(users.AwaitApplied(write.position, kPatience), "the write has arrived");
  Expect(!users.Get("user:1") && !lengths.Get("length:1"), "and drops both");

  OrEnd(users.GetOrLoad("once", [](Load& load) {
    load.DoNotKeep();
    return std::string("once");
  }));
  Expect(!users.Get("once"), "what is not to be kept is not kept");

  // A reader that takes old values while they are loaded again.
  const ReadOptions hurried{
      .while_revalidating = true, .while_fenced = true, .patience = absl::Seconds(1)};
  OrEnd(users.GetOrLoad("user:1", load_user));
  const InvalidationResult lazy = OrEnd(client.Invalidate(
      InvalidateParams{.tags = {"user:1"}, .strategy = InvalidationStrategy::kLazy}));
  Expect(users.AwaitApplied(lazy.position, kPatience), "the invalidation has arrived");
  Expect(OrEnd(users.GetOrLoad("user:1", load_user, hurried)).is_stale(), "an old value, at once");
  for (const std::function<void()>& task : background) task();
  Expect(static_cast<bool>(users.Get("user:1")), "and a new one behind it");

  users.Drop({"user:1"});
  users.DropEverything();
  const CacheStatistics statistics = users.Statistics();
  std::cout << "cache: " << statistics.loads << " loads, " << statistics.stale_hits
            << " stale hits, " << statistics.entries << " entries\n";
}
