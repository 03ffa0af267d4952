// SPDX-License-Identifier: Apache-2.0

// What the service knows of cached entries: invalidations by name, dependencies, and entries of
// caches that do not subscribe.

#include <string>
#include <vector>

#include "cache_invalidation/client/cache_keys.h"
#include "cache_invalidation/client/tag.h"
#include "tour.h"

using namespace cache_invalidation::client;

void ShowInvalidations(const Client& client) {
  const InvalidationResult result = OrEnd(client.Invalidate(InvalidateParams{
      .tags = {"page"}, .keys = {"page:1"}, .wait = WaitForSubscribers{absl::Seconds(1)}}));
  const Waiting& waiting = *result.waiting;
  Expect(result.invalidations == 2 && waiting.late.empty(), "invalidated, and nobody is late");

  const KeyInvalidation key =
      OrEnd(client.InvalidateWithDependencies(InvalidateWithDependenciesParams{.key = "page:1"}));
  Expect(key.invalidated == 1, "nothing depends on the page");

  Expect(OrEnd(client.SetBatchDelay(absl::Minutes(1))) > absl::ZeroDuration(), "it had a delay");
  OrEnd(client.FlushPendingInvalidations());  // what others have scheduled
  const BatchSchedule schedule = OrEnd(client.ScheduleBatchInvalidation({"draft"}));
  const BatchFlush flush = OrEnd(client.FlushPendingInvalidations());
  Expect(schedule.pending_targets == 1 && flush.flushed == 1, "a batch is flushed");

  OrEnd(client.FlushPendingInvalidations(FlushPendingInvalidationsParams{}));
}

void ShowDependencies(const Client& client) {
  const DependencyNames made_of{.keys = {"user:1"}, .tags = {"prices"}};
  const DependencyAddition added = OrEnd(client.AddCacheDependency(
      AddCacheDependencyParams{.key = "page:1", .depends_on = made_of, .ttl = absl::Minutes(5)}));
  Expect(added.added == 2, "the page depends on two things");
  const DependencyPage page = OrEnd(client.ListCacheDependencies(
      ListCacheDependenciesParams{.name = "page:1", .direction = DependencyDirection::kDependsOn}));
  for (const CacheDependency& dependency : page.dependencies) {
    std::cout << dependency.key << " depends on " << dependency.depends_on << "\n";
  }
  const DependencyRemoval removed = OrEnd(client.RemoveCacheDependency(
      RemoveCacheDependencyParams{.key = "page:1", .depends_on = made_of}));
  Expect(removed.removed == 2, "it did");
}

void ShowEntries(const Client& client) {
  // Keys and tags that no value can break.
  const std::string key = CacheKeys("tour").Key("page", 7, "a:b");
  const std::vector<std::string> tags = {ResourceTag("page", "7"), CollectionTag("page"),
                                         "tenant:" + EscapeTagValue("a:b")};
  const Position position = OrEnd(client.LookupEntry(key)).position;  // before the value is read
  const TrackEntriesResult tracked = OrEnd(client.TrackEntries(
      {TrackedEntry{.key = key, .tags = tags, .position = position, .fill_id = "fill-1"}}));
  const TrackResult& result = tracked.results.front();
  Expect(result.outcome == FillOutcome::kKept, "the fill is kept");
  const EntryLookup found = OrEnd(client.LookupEntry(key));
  Expect(found.state == EntryState::kFresh && found.fill_id == "fill-1", "and found");

  OrEnd(client.InvalidateByWrite("page", "7", "update"));
  const Validation validation = OrEnd(client.Validate(
      ValidateParams{.position = position, .keys = {KeyWithTags{.key = key, .tags = tags}}}));
  Expect(validation.keys.front() == ValidationState::kMoved, "and not valid after a write");
  OrEnd(client.UntrackEntries({key}));
}
