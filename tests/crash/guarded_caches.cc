// SPDX-License-Identifier: Apache-2.0

#include "tests/crash/guarded_caches.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/clock.h"
#include "tests/support/pause.h"
#include "tests/support/probe.h"

namespace cache_invalidation {
namespace {

using client::Load;
using client::TaggedCache;

constexpr absl::Duration kLease = absl::Seconds(1);
// So that the server has time for others.
constexpr absl::Duration kBetween = absl::Milliseconds(1);

}  // namespace

GuardedCaches::GuardedCaches(int caches, const std::string& endpoint) {
  const auto connect = [&] {
    return client::Client(client::MakeConnection(
        endpoint,
        {.namespace_name = "guarded",
         .deadline = absl::Minutes(1),
         .backoff = {.initial = absl::Milliseconds(5), .maximum = absl::Milliseconds(50)}}));
  };
  for (int i = 0; i < caches; ++i) {
    client::TaggedCacheOptions options;
    options.name = absl::StrCat("guarded", i);
    options.lease = kLease;
    absl::StatusOr<TaggedCache<uint64_t>> opened = TaggedCache<uint64_t>::Open(connect(), options);
    Check(opened.ok(), "the options of a cache are good");
    caches_.push_back(*std::move(opened));
  }
  for (const TaggedCache<uint64_t>& cache : caches_) {
    threads_.emplace_back([this, &cache] { Read(cache); });
  }
  threads_.emplace_back([this, client = connect()] { Write(client); });
}

GuardedCaches::~GuardedCaches() {
  if (!threads_.empty()) Stop();
}

bool GuardedCaches::AwaitComplete(absl::Duration within) {
  const uint64_t told = told_to_all_;
  return Eventually([&] { return told_to_all_ > told; }, within);
}

GuardedCaches::Counts GuardedCaches::Stop() {
  stopped_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  written_.hits = hits_;
  written_.wrong = wrong_;
  return written_;
}

void GuardedCaches::Write(const client::Client& client) {
  const RealClock clock;
  while (!stopped_ && written_.first_error.empty()) {
    const uint64_t value = ++database_;
    const absl::Duration begun = clock.Monotonic();
    const auto result =
        client.Invalidate({.tags = {"value"}, .wait = client::WaitForSubscribers{}});
    written_.slowest = std::max(written_.slowest, clock.Monotonic() - begun);
    ++written_.writes;
    if (!result.ok()) {
      written_.first_error = result.status().ToString();
    } else if (result->waiting->complete()) {
      told_to_all_ = value;
      ++written_.complete;
    }
    Pause(kBetween);
  }
}

void GuardedCaches::Read(const TaggedCache<uint64_t>& cache) {
  while (!stopped_) {
    const uint64_t told = told_to_all_;
    bool loaded = false;
    const auto value = cache.GetOrLoad("value", [&](Load& load) -> absl::StatusOr<uint64_t> {
      loaded = true;
      load.AddTag("value");
      return database_.load();
    });
    if (!value.ok() || **value < told) ++wrong_;
    if (!loaded) ++hits_;
    Pause(kBetween);
  }
}

}  // namespace cache_invalidation
