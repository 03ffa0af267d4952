// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_EXAMPLES_COROUTINE_AWAITABLE_CACHE_H_
#define CACHE_INVALIDATION_EXAMPLES_COROUTINE_AWAITABLE_CACHE_H_

#include <atomic>
#include <coroutine>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "cache_invalidation/client/tagged_cache.h"

// GetOrLoadAsync for coroutines:
//
//   Task ShowUser(TaggedCache<User> users, std::string id) {
//     AwaitableLoad load(users, "user:" + id, [id](Load& load) { ... });
//     const absl::StatusOr<Cached<User>> user = co_await load;
//     ...
//   }
//
// A coroutine continues on the thread that ended the load. It holds its cache and its loader by
// value, because it can outlive its caller. Name the awaited object, as above: gcc 12 destroys
// temporaries of a co_await expression twice.
template <typename Value, typename Loader>
class AwaitableLoad {
 public:
  using Result = typename cache_invalidation::client::TaggedCache<Value>::Result;

  AwaitableLoad(cache_invalidation::client::TaggedCache<Value> cache, std::string key,
                Loader loader)
      : cache_(std::move(cache)), key_(std::move(key)), loader_(std::move(loader)) {}

  bool await_ready() const { return false; }

  // Returns whether the coroutine is suspended: not if the value was cached.
  bool await_suspend(std::coroutine_handle<> waiting) {
    cache_.GetOrLoadAsync(key_, std::move(loader_), [this, waiting](Result result) {
      result_ = std::move(result);
      if (is_second_.exchange(true)) waiting.resume();
    });
    return !is_second_.exchange(true);
  }

  Result await_resume() { return *std::move(result_); }

 private:
  cache_invalidation::client::TaggedCache<Value> cache_;
  const std::string key_;
  Loader loader_;
  std::optional<Result> result_;
  // Whether the load has ended, or the coroutine is suspended: what comes second continues it.
  std::atomic<bool> is_second_ = false;
};

// A coroutine that no caller waits for.
struct Task {
  struct promise_type {
    Task get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

#endif  // CACHE_INVALIDATION_EXAMPLES_COROUTINE_AWAITABLE_CACHE_H_
