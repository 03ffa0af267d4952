// SPDX-License-Identifier: Apache-2.0

// TaggedCache: an in-process cache that never serves stale values silently.
//
//   #include "client/client.h"
//   //   using namespace cache_invalidation::client;
//
//   Client client(MakeConnection("localhost:7400"));
//   absl::StatusOr<TaggedCache<User>> opened = TaggedCache<User>::Open(
//       client, {.name = "web", .max_entries = 10'000, .executor = run_in_pool});
//   if (!opened.ok()) return opened.status();  // an option is out of range
//   TaggedCache<User>& users = *opened;
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
// Nothing is kept that hardly anything could invalidate: a value without tags, dependencies and a
// finite time to live (TaggedCacheOptions::require_tags).
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
// Several keys are loaded with one call of a loader. It gets the loads of all keys that are
// missing, and returns a value or an error for each, in their order. The guarantees are those of
// GetOrLoad for each key; what must be registered with the service is registered with one call.
// The same warms a cache up: keep `users.Keys()` at the end of a process, and load them at the
// start of the next one.
//
//   users.AwaitLive(absl::Seconds(5));
//   const std::vector<std::string> ids = {"1", "2"};
//   std::vector<TaggedCache<User>::Result> team = users.GetOrLoadMany(
//       {"user:1", "user:2"}, [&](absl::Span<Load* const> missing) {
//         TaggedCache<User>::Values found;
//         for (Load* load : missing) {  // or one query: SELECT ... WHERE id IN (...)
//           load->AddTag(load->key());
//           found.push_back(db.FindUser(ids[load->index()]));
//         }
//         return found;
//       });
//   std::vector<Cached<User>> cached = users.GetMany({"user:1", "user:2"});
//   if (cached[0]) Greet(cached[0].shared()->name);
//   if (users.Contains("user:1")) Greet(users.Peek("user:1")->name);
//   for (const std::string& key : users.Keys()) Greet(key);
//   users.DropPrefix("user:1");
//   users.DropIf([](absl::string_view key) { return key.size() > 100; });
//
// A writer that is to read what it wrote waits until its own cache has applied it. If the service
// could not be reached, it drops the names itself.
//
//   const absl::StatusOr<WriteResult> written = client.InvalidateByWrite("user", "42", "update");
//   if (written.ok()) {
//     users.AwaitApplied(written->position, absl::Seconds(1));
//   } else if (users.status().ok()) {
//     users.Drop({"user:42"});
//   } else {
//     users.DropEverything();  // the subscription has ended for good
//   }
//
// A process that hears of a write otherwise, from a queue say, waits until its cache has applied
// what the service had applied by then:
//
//   if (!users.AwaitCaughtUp(absl::Seconds(1))) users.DropEverything();
//
// Without waiting for a load, for event loops and coroutines (examples/coroutine). The loader runs
// on TaggedCacheOptions::executor.
//
//   users.GetOrLoadAsync("user:7", load_user, [&](absl::StatusOr<Cached<User>> user) {
//     if (user.ok()) Greet((*user)->name);
//   });
//   std::future<absl::StatusOr<Cached<User>>> later = users.GetOrLoadFuture("user:8", load_user);
//
// Values may be served beyond their end, if the cache is opened with TaggedCacheOptions::stale_for
// and the caller accepts it: while the value is loaded anew, or if the load fails. Such a value is
// flagged.
//
//   const absl::StatusOr<Cached<User>> any = users.GetOrLoad(
//       "user:42", load_user, {.while_revalidating = true, .if_error = true});
//   if (any.ok() && any->is_stale()) Greet("maybe still " + (*any)->name);
//
// Threads: thread-safe. Copies, including those for another value type, share one cache; each key
// must have one type. Loaders run on the caller's thread and may use the cache. A load that would
// wait for itself, also across threads, fails with FAILED_PRECONDITION, which names the keys;
// between caches with separate subscriptions, and through futures, such a cycle is not found and
// waits for ever. A load that is queued in the executor is run by the first
// caller that needs its value, with that caller's own loader. Destroying the last copy ends the
// subscription; this must not happen in the destructor of a value. Values are shared and must not
// be modified.
//
// Destructors of values run without a lock of the cache, on the thread that releases the last
// reference: a caller's, or the subscription's, which applies nothing meanwhile. What a thread
// removes from the cache while it runs loads of it is destroyed when the outermost of these has
// ended. So destructors may use the cache and take locks that other threads hold while using it,
// with one exception: if a loader removes values from a cache with a separate subscription, not a
// lock under which others wait for the value of that loader. They must not throw, and must not wait
// for something to be applied (AwaitApplied, AwaitLive, a call that waits for subscribers).
//
// Errors: a failed load returns its loader's error, to the callers that shared it as well, and
// keeps nothing, except NOT_FOUND with ValueOptions::not_found_ttl. Fails with FAILED_PRECONDITION
// if the key is being loaded as another type, or if the load would wait for itself; with
// DEADLINE_EXCEEDED if another caller's load took longer than
// ReadOptions::patience. Open fails if an option is invalid. status() is not OK if the subscription
// has ended for good, or never began because an option is invalid (INVALID_ARGUMENT names it).
// Every look-up is then a miss, except of what is kept as stale (TaggedCacheOptions::stale_for) for
// callers that accept it, and loads still run.
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
// TaggedCacheOptions::lease shortens this period. The same holds for a machine that resumes if its
// wall clock is set back by the time suspended, within 50 ms, before the first look-up.
//
// Cost: a hit takes one lock of 64 shards and reads the clock once, up to 2.5 times the cost of a
// hit in a hash map with as many locks; docs/performance.md has numbers. An entry takes about 250
// bytes more than in such a map. An event takes a few microseconds, plus time proportional to the
// entries it hits; a pattern is matched against every key.

#ifndef CACHE_INVALIDATION_CLIENT_TAGGED_CACHE_H_
#define CACHE_INVALIDATION_CLIENT_TAGGED_CACHE_H_

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "client/cache_options.h"
#include "client/cache_statistics.h"
#include "client/cached.h"
#include "client/client.h"
#include "client/internal/cache/subscribed_cache.h"
#include "client/internal/cache/type_token.h"
#include "client/internal/cache/untyped_value.h"
#include "client/load.h"
#include "client/position.h"
#include "client/value_options.h"

namespace cache_invalidation::client {

template <typename Value>
class TaggedCache {
 public:
  // What a call that can load returns for a key.
  using Result = absl::StatusOr<Cached<Value>>;
  // What a loader of several keys returns, one per load and in their order. It may also return an
  // absl::StatusOr of this, whose error is that of each load.
  using Values = std::vector<absl::StatusOr<Value>>;

  // Starts the subscription and returns at once. Until the service has responded, every look-up is
  // a miss. Fails with INVALID_ARGUMENT if an option is out of range.
  static absl::StatusOr<TaggedCache> Open(const Client& client, TaggedCacheOptions options,
                                          ValueOptions<Value> values = {}) {
    TaggedCache cache(client, std::move(options), std::move(values));
    if (absl::Status status = cache.status(); absl::IsInvalidArgument(status)) return status;
    return cache;
  }

  // As Open; if an option is out of range, the cache is closed, and status() tells.
  explicit TaggedCache(const Client& client, TaggedCacheOptions options,
                       ValueOptions<Value> values = {})
      : TaggedCache(internal::SubscribedCache::Open(client, std::move(options)),
                    std::move(values)) {}

  // The same cache, for values of type `Value`.
  template <typename Other>
  explicit TaggedCache(const TaggedCache<Other>& other)
      : cache_(other.cache_), type_(&cache_->Type(internal::TypeToken::Of<Value>())) {}

  // The same with options. If there has been a handle for the type, status() returns
  // FAILED_PRECONDITION, and these options are not used.
  template <typename Other>
  TaggedCache(const TaggedCache<Other>& other, ValueOptions<Value> values)
      : TaggedCache(other.cache_, std::move(values)) {}

  // ---- Looking up

  // Returns the cached value if it may be used, otherwise none.
  Cached<Value> Get(absl::string_view key, const ReadOptions& options = {}) const {
    return Typed(cache_->Get(key, *type_, options));
  }

  // As Get for each key, in the order of the keys. Reads the clock once.
  std::vector<Cached<Value>> GetMany(const std::vector<std::string>& keys,
                                     const ReadOptions& options = {}) const {
    std::vector<Cached<Value>> values;
    values.reserve(keys.size());
    for (internal::Found& found : cache_->GetMany(keys, *type_, options)) {
      values.push_back(Typed(std::move(found)));
    }
    return values;
  }

  // As Get, without counting as a look-up or as a use of the entry.
  Cached<Value> Peek(absl::string_view key, const ReadOptions& options = {}) const {
    return Typed(cache_->Peek(key, *type_, options));
  }
  bool Contains(absl::string_view key, const ReadOptions& options = {}) const {
    return static_cast<bool>(Peek(key, options));
  }

  // Returns the keys of the values of this type that Get would find, in no order. Not a consistent
  // snapshot: other callers continue meanwhile. Blocks each shard for a moment, and is linear in
  // the entries.
  std::vector<std::string> Keys() const { return cache_->Keys(*type_); }

  // ---- Loading

  // Returns the cached value; otherwise loads it with `loader`, a callable that takes a Load& and
  // returns a Value or an absl::StatusOr<Value>. A load in the background
  // (TaggedCacheOptions::executor) runs a copy of it, which can outlive this call; a loader that
  // cannot be copied always runs on the caller's thread, during this call.
  template <typename Loader>
  Result GetOrLoad(absl::string_view key, Loader&& loader, const ReadOptions& options = {}) const {
    const auto run = [&loader](Load& load) { return Untyped(loader(load)); };
    const auto copy = [&]() -> std::function<internal::UntypedValue(Load&)> {
      if constexpr (kCanCopy<Loader>) {
        return [loader](Load& load) mutable { return Untyped(loader(load)); };
      } else {
        return nullptr;
      }
    };
    return Typed(cache_->GetOrLoad(
        key, *type_, {.run = run, .copy = copy, .can_copy = kCanCopy<Loader>}, options));
  }

  // As GetOrLoad for each key, with one result per key in the order of the keys. The loader takes
  // an absl::Span<Load* const>, the loads of the keys that it has to load, and returns `Values` of
  // the same number; if the number differs, each of these loads fails with INTERNAL. It runs again
  // only for keys of which another caller's load could not be shared. The loads of this call end
  // before it waits for those of other callers. Values may be computed from each other
  // (Load::DependOnKey), in any order of the keys; those that form a circle, or were computed from
  // one that replaces another, are not kept.
  template <typename Loader>
  std::vector<Result> GetOrLoadMany(const std::vector<std::string>& keys, Loader&& loader,
                                    const ReadOptions& options = {}) const {
    const auto run = [&loader](absl::Span<Load* const> missing) {
      return UntypedMany(loader(missing), missing.size());
    };
    const auto copy = [&]() -> std::function<internal::UntypedValues(absl::Span<Load* const>)> {
      if constexpr (kCanCopy<Loader>) {
        return [loader](absl::Span<Load* const> missing) mutable {
          return UntypedMany(loader(missing), missing.size());
        };
      } else {
        return nullptr;
      }
    };
    std::vector<Result> results;
    results.reserve(keys.size());
    for (absl::StatusOr<internal::Found>& found : cache_->GetOrLoadMany(
             keys, *type_, {.run = run, .copy = copy, .can_copy = kCanCopy<Loader>}, options)) {
      results.push_back(Typed(std::move(found)));
    }
    return results;
  }

  // As GetOrLoad, and calls `done`, a callable that takes a Result, exactly once: at once if the
  // value is cached, otherwise on the thread that ends the load. `done` must not block; if it
  // throws, this is counted. The loader runs on TaggedCacheOptions::executor, or not at all if
  // another caller loads the value; it need not be copyable. Fails with FAILED_PRECONDITION if
  // there is no executor, with UNAVAILABLE if the executor does not run the load. Keeps the cache
  // open until then. In a forked child, and in a closed cache, the loader runs during this call.
  template <typename Loader, typename Done>
  void GetOrLoadAsync(std::string key, Loader&& loader, Done&& done,
                      const ReadOptions& options = {}) const {
    auto shared_loader = std::make_shared<std::decay_t<Loader>>(std::forward<Loader>(loader));
    auto shared_done = std::make_shared<std::decay_t<Done>>(std::forward<Done>(done));
    cache_->GetOrLoadAsync(
        std::move(key), *type_,
        [shared_loader](Load& load) { return Untyped((*shared_loader)(load)); }, options,
        [shared_done](absl::StatusOr<internal::Found> found) {
          (*shared_done)(Typed(std::move(found)));
        });
  }

  // As GetOrLoadAsync, for a caller that waits later. Must not be waited for in a loader, nor on a
  // thread that the executor needs.
  template <typename Loader>
  std::future<Result> GetOrLoadFuture(std::string key, Loader&& loader,
                                      const ReadOptions& options = {}) const {
    std::promise<Result> promise;
    std::future<Result> result = promise.get_future();
    GetOrLoadAsync(
        std::move(key), std::forward<Loader>(loader),
        [promise = std::move(promise)](Result loaded) mutable {
          promise.set_value(std::move(loaded));
        },
        options);
    return result;
  }

  // ---- Dropping, in this cache only

  // Drops the entries with these keys, those that carry one of these tags or a tag below it, and
  // what was computed from any of them; values that are being loaded are not kept. Use it if the
  // service could not be reached after a commit. Blocks while an event is applied.
  void Drop(const std::vector<std::string>& tags, const std::vector<std::string>& keys = {}) const {
    cache_->Drop(tags, keys);
  }

  // As Drop for the keys, of any type, that `matches` returns true for, or that begin with
  // `prefix`, including keys that values were computed from and that have no entry here; what is
  // kept as stale (TaggedCacheOptions::stale_for) is dropped as well. `matches` is called without a
  // lock of the cache, possibly several times for a key. DropIf keeps no value that is being loaded
  // at its beginning, whatever the key. Both are linear in the entries and their dependencies.
  void DropIf(absl::FunctionRef<bool(absl::string_view key)> matches) const {
    cache_->DropIf(matches);
  }
  void DropPrefix(absl::string_view prefix) const { cache_->DropPrefix(prefix); }

  // Drops everything, including what is kept as stale.
  void DropEverything() const { cache_->DropEverything(); }

  // ---- The subscription

  // Waits until the cache has a lease. Returns whether it has one. For start-up and tests.
  bool AwaitLive(absl::Duration patience) const { return cache_->AwaitLive(patience); }

  // Waits until this cache has applied everything up to a position. With the position of a write's
  // result, the writer does not read a value that it has overwritten. Returns whether the position
  // was reached within `patience`.
  bool AwaitApplied(const Position& position, absl::Duration patience) const {
    return cache_->AwaitApplied(position, patience);
  }

  // Waits until this cache has applied everything that the service had applied when this call
  // began: for a process that has heard of a write by other means, and for tests. Asks the service
  // for its head with one call (Client::GetInvalidationStats). Returns whether the cache has caught
  // up within `patience`; if that is infinite, the deadline of the client bounds the call.
  bool AwaitCaughtUp(absl::Duration patience) const { return cache_->AwaitCaughtUp(patience); }

  // Returns OK unless the options were refused, or the subscription has ended for good
  // (SubscriptionCallbacks::on_ended).
  absl::Status status() const { return refused_.ok() ? cache_->status() : refused_; }

  // Of the whole cache, and of the values of this type alone, through any handle. Not consistent
  // snapshots: other callers continue meanwhile. Each takes the locks of all shards in turn.
  CacheStatistics Statistics() const { return cache_->Statistics(); }
  client::TypeStatistics TypeStatistics() const { return cache_->StatisticsOf(*type_); }

 private:
  template <typename Other>
  friend class TaggedCache;

  template <typename Loader>
  static constexpr bool kCanCopy = std::is_copy_constructible_v<std::decay_t<Loader>>;

  TaggedCache(std::shared_ptr<internal::SubscribedCache> cache, ValueOptions<Value> values)
      : cache_(std::move(cache)) {
    const bool has_options =
        values.weigher || values.on_removed || values.not_found_ttl != absl::ZeroDuration();
    const internal::TypeToken id = internal::TypeToken::Of<Value>();
    absl::StatusOr<internal::ValueType*> type =
        cache_->AddType(id, UntypedOptions(std::move(values)), has_options);
    refused_ = type.status();
    type_ = type.ok() ? *type : &cache_->Type(id);
  }

  static Cached<Value> Typed(internal::Found found) {
    if (found.is_error) return {};
    return Cached<Value>(std::static_pointer_cast<const Value>(std::move(found.value)),
                         found.is_stale);
  }
  static Result Typed(absl::StatusOr<internal::Found> found) {
    if (!found.ok()) return found.status();
    return Typed(*std::move(found));
  }

  static internal::UntypedValue Untyped(absl::StatusOr<Value> value) {
    if (!value.ok()) return value.status();
    return std::make_shared<const Value>(*std::move(value));
  }
  static internal::UntypedValues UntypedMany(absl::StatusOr<Values> values, size_t count) {
    if (values.ok() && values->size() != count) {
      values = absl::InternalError(absl::StrCat("the loader of several keys returned ",
                                                values->size(), " values for ", count, " loads"));
    }
    internal::UntypedValues untyped;
    untyped.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      untyped.push_back(values.ok() ? Untyped(std::move((*values)[i]))
                                    : internal::UntypedValue(values.status()));
    }
    return untyped;
  }

  static internal::UntypedValueOptions UntypedOptions(ValueOptions<Value> values) {
    internal::UntypedValueOptions untyped{.not_found_ttl = values.not_found_ttl};
    if (values.weigher) {
      untyped.weigher = [weigher = std::move(values.weigher)](const void* value) {
        return weigher(*static_cast<const Value*>(value));
      };
    }
    if (values.on_removed) {
      untyped.on_removed = [on_removed = std::move(values.on_removed)](
                               absl::string_view key, const std::shared_ptr<const void>& value,
                               RemovalCause cause) {
        on_removed(key, std::static_pointer_cast<const Value>(value), cause);
      };
    }
    return untyped;
  }

  std::shared_ptr<internal::SubscribedCache> cache_;
  internal::ValueType* type_ = nullptr;  // of cache_
  absl::Status refused_;                 // OK, or why the options of this handle are not used
};

}  // namespace cache_invalidation::client

#endif  // CACHE_INVALIDATION_CLIENT_TAGGED_CACHE_H_
