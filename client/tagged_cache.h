// TaggedCache: an in-process cache that never serves stale values silently.
//
//   #include "client/client.h"
//   //   using namespace cache_invalidation::client;
//
//   Client client(MakeConnection("localhost:7400"));
//   TaggedCache<User> users(client, {.name = "web", .max_entries = 10'000});
//
//   absl::StatusOr<Cached<User>> user = users.GetOrLoad(
//       "user:42", [&](Load& load) -> absl::StatusOr<User> {
//         load.AddTag("user:42");
//         return db.FindUser("42");
//       });
//   if (!user.ok()) return user.status();  // the error of the loader
//   Greet((*user)->name);
//
// A writer reports its write to the service after the commit (client.InvalidateByWrite("user",
// "42", "update")), and the service notifies every cache. The cache guarantees:
//
// No old value stays. If one of a value's names is invalidated after its load began, the value is
// returned and not kept. A value's names are its key and the tags and dependencies that its loader
// declares; they are known only after the load.
//
// One caller loads a key, and concurrent callers share its value, but only if none of its names was
// invalidated between the start of the load and the caller's look-up.
//
// A cache that loses the service serves its entries until its lease expires, and then none (or its
// entries, flagged, if the caller asks for it: ReadOptions::while_fenced) until it has caught up.
// Without the service every look-up is then a miss, and loads still run.
//
// When a call that waits for subscribers (WaitForSubscribers) has returned without naming this
// cache as late, no look-up that begins later returns what that call invalidated, with two
// exceptions: values that the caller accepts as stale, which are flagged, and
// TaggedCacheOptions::keep_refused_for.
//
// A loader must read what is committed when it runs, and must read all data of the value during the
// load. A lagging replica, a transaction whose snapshot is older than the load, or data that was
// read before the load began can return an old value after the invalidation, and nothing detects
// it.
//
// A value can be computed from other cached values. If the loader declares that, it is invalidated
// with them:
//
//   TaggedCache<Page> pages(users);  // shares room, subscription and dependencies
//
//   absl::StatusOr<Cached<Page>> page = pages.GetOrLoad(
//       "page:home:42", [&](Load& load) -> absl::StatusOr<Page> {
//         absl::StatusOr<Cached<User>> owner = users.GetOrLoad("user:42", load_user);
//         if (!owner.ok()) return owner.status();
//         load.DependOnKey("user:42");
//         load.AddTag("page");
//         return Render(**owner);
//       });
//
// The page takes over the tags and dependencies of "user:42" and expires no later. Tags, and keys
// of the same cache, cost no call of the service. A key that is not in this cache does: the entry
// is then registered (Client::TrackEntries) and kept only if the service accepts it. The same
// applies to an entry that others depend on, in other caches or through AddCacheDependency: its
// loader must call load.SetShared(). A value computed from one that was not kept is not kept
// either.
//
// Two caches with separate subscriptions know nothing of each other's keys, even in one process. A
// value computed from a key that neither this cache nor the service knows is returned and not kept
// (CacheStatistics::fills_on_unknown_keys), because its invalidation could not be detected. Let
// both share one cache, as above, or call SetShared in the loader of the other.
//
// Threads: thread-safe. Copies, including those for another value type, share one cache; each key
// must have one type. Loaders run on the caller's thread and may use the cache, but must not wait
// for a load that waits for theirs. A load that is queued in the executor is run by the first
// caller that needs its value, with that caller's own loader. Destroying the last copy ends the
// subscription; this must not happen in the destructor of a value. Values are shared and must not
// be modified.
//
// Destructors of values run without a lock of the cache, on the thread that releases the last
// reference: a caller's, or the subscription's, which applies nothing meanwhile. They may use the
// cache and take locks that other threads hold while using it. They must not throw, and must not
// wait for something to be applied (AwaitApplied, AwaitLive, a call that waits for subscribers).
//
// Errors: a failed load returns its loader's error, to the callers that shared it as well, and
// keeps nothing. Fails with FAILED_PRECONDITION if the key is being loaded as another type, or by
// the caller itself; with DEADLINE_EXCEEDED if another caller's load took longer than
// ReadOptions::patience. status() is not OK if the subscription has ended for good, or never began
// because an option is invalid (INVALID_ARGUMENT names it); every look-up is then a miss, and loads
// still run.
//
// Exceptions: the SDK throws none, and its headers compile without exceptions. If a loader throws,
// its load has failed: the caller gets the exception, and callers that shared the load get UNKNOWN
// with its text. In the background the exception is counted (CacheStatistics::failed_loads), and
// the stale value continues to be served. Copying a loader, the executor, the listener and the
// random number source may also throw; this is counted (CacheStatistics::failed_callbacks) and has
// no other effect. The clock must not throw.
//
// Forks: in a child process created by fork, the cache is closed. Look-ups find nothing, loads run
// each time and their values are not kept, waiting ends at once, and destroying the cache destroys
// neither it nor its values. The child takes no lock of the cache, because a thread that does not
// exist there may hold it. The parent is not affected. A child may open its own caches, over a new
// Connection. A child forked inside a callback (listener, executor), or by vfork or a bare clone,
// may only exec or _exit. Clients and connections have no such protection.
//
// Not promised: the lease is measured on a clock that continues while this process, or the machine,
// is suspended (CLOCK_BOOTTIME). The clock stops while a virtual machine is paused, saved or
// migrated: a cache that resumes can serve, until it receives the events it missed or for the rest
// of its lease, values that were invalidated meanwhile by a call that waited for it. A shorter
// TaggedCacheOptions::lease shortens this period.
//
// Cost: a hit takes one lock of 64 shards and reads the clock once, up to 2.5 times the cost of a
// hit in a hash map with as many locks; docs/performance.md has numbers. An entry takes about 250
// bytes more than in such a map. An event takes a few microseconds, plus time proportional to the
// entries it hits; a pattern is matched against every key.

#ifndef CACHE_INVALIDATION_CLIENT_TAGGED_CACHE_H_
#define CACHE_INVALIDATION_CLIENT_TAGGED_CACHE_H_

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/cache_options.h"
#include "client/cache_statistics.h"
#include "client/client.h"
#include "client/internal/cache/subscribed_cache.h"
#include "client/internal/cache/untyped_value.h"
#include "client/load.h"
#include "client/position.h"

namespace cache_invalidation::client {

// A cached value, or none. It does not change, whatever happens to its entry.
template <typename Value>
class Cached {
 public:
  Cached() = default;
  Cached(std::shared_ptr<const Value> value, bool is_stale)
      : value_(std::move(value)), is_stale_(is_stale) {}

  explicit operator bool() const { return value_ != nullptr; }

  // REQUIRES: there is a value.
  const Value& operator*() const { return *value_; }
  const Value* operator->() const { return value_.get(); }

  const std::shared_ptr<const Value>& shared() const { return value_; }

  // The value may be out of date. Only returned if the caller accepts stale values (ReadOptions) or
  // the cache was opened with TaggedCacheOptions::keep_refused_for.
  bool is_stale() const { return is_stale_; }

 private:
  std::shared_ptr<const Value> value_;
  bool is_stale_ = false;
};

template <typename Value>
class TaggedCache {
 public:
  // Starts the subscription and returns at once. Until the service has responded, every look-up is
  // a miss.
  explicit TaggedCache(const Client& client, TaggedCacheOptions options)
      : cache_(internal::SubscribedCache::Open(client, std::move(options))) {}

  // The same cache, for values of type `Value`.
  template <typename Other>
  explicit TaggedCache(const TaggedCache<Other>& other) : cache_(other.cache_) {}

  // Returns the cached value if it may be used, otherwise none.
  Cached<Value> Get(absl::string_view key, const ReadOptions& options = {}) const {
    return Typed(cache_->Get(key, &type_, options));
  }

  // Returns the cached value; otherwise loads it with `loader`, a copyable callable that takes a
  // Load& and returns a Value or an absl::StatusOr<Value>. A load in the background
  // (TaggedCacheOptions::executor) runs a copy of it, which can outlive this call.
  template <typename Loader>
  absl::StatusOr<Cached<Value>> GetOrLoad(absl::string_view key, Loader&& loader,
                                          const ReadOptions& options = {}) const {
    const auto run = [&loader](Load& load) { return Untyped(loader(load)); };
    const auto copy = [&loader]() -> std::function<internal::UntypedValue(Load&)> {
      return [loader](Load& load) mutable { return Untyped(loader(load)); };
    };
    absl::StatusOr<internal::Found> found =
        cache_->GetOrLoad(key, &type_, {.run = run, .copy = copy}, options);
    if (!found.ok()) return found.status();
    return Typed(*std::move(found));
  }

  // Drops, in this cache only, the entries with these keys, those that carry one of these tags or a
  // tag below it, and what was computed from any of them; values that are being loaded are not
  // kept. Use it if the service could not be reached after a commit. Blocks while an event is
  // applied.
  void Drop(const std::vector<std::string>& tags, const std::vector<std::string>& keys = {}) const {
    cache_->Drop(tags, keys);
  }
  void DropEverything() const { cache_->DropEverything(); }

  // Waits until the cache has a lease. Returns whether it has one. For start-up and tests.
  bool AwaitLive(absl::Duration patience) const { return cache_->AwaitLive(patience); }

  // Waits until this cache has applied everything up to a position. With the position of a write's
  // result, the writer does not read a value that it has overwritten. Returns whether the position
  // was reached within `patience`.
  bool AwaitApplied(const Position& position, absl::Duration patience) const {
    return cache_->AwaitApplied(position, patience);
  }

  // Returns OK unless the subscription has ended for good (SubscriptionCallbacks::on_ended).
  absl::Status status() const { return cache_->status(); }

  // Not a consistent snapshot: other callers continue meanwhile.
  CacheStatistics Statistics() const { return cache_->Statistics(); }

 private:
  template <typename Other>
  friend class TaggedCache;

  static Cached<Value> Typed(internal::Found found) {
    return Cached<Value>(std::static_pointer_cast<const Value>(std::move(found.value)),
                         found.is_stale);
  }
  static internal::UntypedValue Untyped(absl::StatusOr<Value> value) {
    if (!value.ok()) return value.status();
    return std::make_shared<const Value>(*std::move(value));
  }

  static constexpr const internal::TypeName& type_ = internal::kTypeName<Value>;

  std::shared_ptr<internal::SubscribedCache> cache_;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_TAGGED_CACHE_H_
