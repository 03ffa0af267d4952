// TaggedCache: a cache in this process that is never silently stale.
//
//   #include "client/client.h"
//   #include "client/tagged_cache.h"
//   using namespace cache_invalidation::client;
//
//   Client client(MakeConnection("localhost:7400"));
//   TaggedCache<User> users(client, {.name = "web", .max_entries = 10'000});
//
//   absl::StatusOr<Cached<User>> user = users.GetOrLoad(
//       "user:42", [&](Load& load) -> absl::StatusOr<User> {
//         load.AddTag("user:42");
//         return db.FindUser("42");
//       });
//   if (!user.ok()) return user.status();  // what the loader answered
//   Greet((*user)->name);
//
// Whoever writes tells the service after the commit (client.InvalidateByWrite("user", "42",
// "update")), which tells every cache. What a cache promises:
//
// No old value stays. A value whose load began before an invalidation that touches it is returned
// and not kept. Tags and dependencies are what the loader says, and are known only after it.
//
// One caller loads, and others who come meanwhile share the value, but only if nothing that touches
// it was invalidated between the beginning of the load and their coming.
//
// A cache that is cut off from the service serves what it has until its lease ends, and then
// nothing (or what it has, flagged, if asked: ReadOptions::while_fenced) until it has caught up.
// Without the service every look-up is a miss, and loads go on.
//
// When a call that waits for subscribers (WaitForSubscribers) has returned without naming this
// cache as late, no look-up that begins later answers what that call invalidated. Excepted are
// values that were asked for as stale, which are flagged, and TaggedCacheOptions::keep_refused_for.
//
// A loader has to read what is committed when it runs, and everything that the value is made of. A
// lagging replica, a transaction whose snapshot is older than the load, or something that was read
// before the load began can bring an old value after the invalidation, and nobody will know.
//
// A value may be computed from other cached ones. Say so, and it goes when they go:
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
// It takes over the tags and dependencies of "user:42", and ends no later. Tags alone, and keys of
// the same cache, cost no call of the service. A key that is not in this cache does: the entry is
// then registered (Client::TrackEntries) and kept only if the service accepts that. So is an entry
// that others depend on, in other caches or by AddCacheDependency: its loader says
// load.SetShared(). A value computed from one that was not kept is not kept either.
//
// Two caches that subscribe for themselves know nothing of each other's keys, not even in one
// process. A value computed from a key that neither this cache nor the service knows is returned
// and not kept (CacheStatistics::fills_on_unknown_keys): nobody could tell what invalidates it. Let
// both share one cache, as above, or have the other say SetShared.
//
// Threads: thread-safe. Copies, also those for another type of value, share one cache: each key
// must have one type. Loaders run on the caller's thread and may use the cache, but not wait for a
// load that waits for theirs. A load that waits in the executor is run by whoever needs its value
// first, with a loader of his own. Destroying the last copy ends the subscription; do not do that
// in the destructor of a value. Values are shared and must not be changed.
//
// Destructors of values run when the cache holds no lock, on the thread that lets go of the value
// last: a caller's, or that of the subscription, which applies nothing meanwhile. They may use the
// cache and take locks under which others use it. They must not throw, nor wait for something to be
// applied (AwaitApplied, AwaitLive, a call that waits for subscribers).
//
// Errors: a failed load answers its loader's error, also to those who shared it, and nothing is
// kept. FAILED_PRECONDITION: the key is being loaded as another type, or by the caller itself.
// DEADLINE_EXCEEDED: another caller's load took longer than ReadOptions::patience. status() tells
// if the subscription has ended for good, or never began because an option was refused
// (INVALID_ARGUMENT names it); the cache then serves misses, and loads go on.
//
// Exceptions: the SDK throws none of its own, and its headers can be compiled without. A loader may
// throw: its load has failed, whoever called it gets the exception, and those who shared the load
// get UNKNOWN with its text. In the background there is nobody to get it: it is counted
// (CacheStatistics::failed_loads), and what is stale is served on. Copying a loader, the executor,
// the listener and the source of random numbers may throw, too, which is counted
// (CacheStatistics::failed_callbacks) and goes no further. The clock must not throw.
//
// Forks: in a child that was forked off (fork), the cache is closed. Look-ups find nothing, loads
// run each time and nothing of them is kept, waiting ends at once, and destroying it destroys
// neither the cache nor its values. No lock of the cache is taken: a thread that is not there may
// hold it. The parent goes on undisturbed. A child may open caches of its own, over a new
// Connection. One that was forked inside a callback (listener, executor), by vfork or by a bare
// clone may only exec or _exit. Clients and connections have no such protection.
//
// Not promised: the lease ends on a clock that goes on while this process, or the machine, is
// suspended (CLOCK_BOOTTIME). It stands still while a virtual machine is paused, saved or moved
// from host to host: a cache that wakes up in one may, until it hears of what it has missed or for
// the rest of its lease, serve what a call that waited for it had covered meanwhile. The shorter
// TaggedCacheOptions::lease, the shorter this lasts.
//
// Cost: a hit takes a lock of one of 64 shards and one look at the clock, up to 2.5 times what it
// takes in a hash map with as many locks; docs/performance.md has numbers. An entry takes about 250
// bytes more than in such a map. An event takes a few microseconds, and time in the entries it
// hits; a pattern looks at every key.

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
#include "client/internal/cache/found.h"
#include "client/internal/cache/subscribed_cache.h"
#include "client/load.h"
#include "client/position.h"

namespace cache_invalidation::client {

// A value out of a cache, or none. It stays as it is, whatever becomes of the entry.
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

  // It may be out of date, and the caller had said that it takes it so (ReadOptions), or whoever
  // opened the cache had (TaggedCacheOptions::keep_refused_for).
  bool is_stale() const { return is_stale_; }

 private:
  std::shared_ptr<const Value> value_;
  bool is_stale_ = false;
};

template <typename Value>
class TaggedCache {
 public:
  // Subscribes and answers at once: until the service has answered, every look-up is a miss.
  explicit TaggedCache(const Client& client, TaggedCacheOptions options)
      : cache_(internal::SubscribedCache::Open(client, std::move(options))) {}

  // The same cache, for values of this type.
  template <typename Other>
  explicit TaggedCache(const TaggedCache<Other>& other) : cache_(other.cache_) {}

  // What is cached, if it may be used.
  Cached<Value> Get(absl::string_view key, const ReadOptions& options = {}) const {
    return Typed(cache_->Get(key, &type_, options));
  }

  // What is cached; otherwise what `loader` loads, a copyable callable that takes a Load& and
  // answers a Value or an absl::StatusOr<Value>. A load in the background
  // (TaggedCacheOptions::executor) runs a copy of it, which may outlive this call.
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

  // Drops the entries with these keys, those that carry one of these tags or a tag below it, and
  // what was computed from any of them, here alone; values that are being loaded are not kept. For
  // whoever could not reach the service after a commit. Blocks while an event is applied.
  void Drop(const std::vector<std::string>& tags, const std::vector<std::string>& keys = {}) const {
    cache_->Drop(tags, keys);
  }
  void DropEverything() const { cache_->DropEverything(); }

  // Waits until the cache has a lease; answers whether it has. For start-up and for tests.
  bool AwaitLive(absl::Duration patience) const { return cache_->AwaitLive(patience); }

  // Waits until this cache has applied everything up to a position, which the answer to a write
  // carries: then whoever wrote does not read what it has overwritten. Answers whether it has.
  bool AwaitApplied(const Position& position, absl::Duration patience) const {
    return cache_->AwaitApplied(position, patience);
  }

  // Not OK if the subscription has ended for good (SubscriptionCallbacks::on_ended).
  absl::Status status() const { return cache_->status(); }

  // Not a snapshot: callers go on meanwhile.
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

  // Its address stands for the type.
  static inline const char type_ = 0;

  std::shared_ptr<internal::SubscribedCache> cache_;
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_TAGGED_CACHE_H_
