// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_FAKES_DRIVEN_CACHE_H_
#define CACHE_INVALIDATION_TESTS_FAKES_DRIVEN_CACHE_H_

#include <unistd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "client/tagged_cache.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/scripted_connection.h"

namespace cache_invalidation {

// Tests of a TaggedCache as applications use it, under a subscription and on a clock that the test
// controls. It is connected at revision 0 of the epoch "e" and has a lease of ten seconds.
//
// A test that hangs is ended by SIGALRM, because failures here show as waiting forever.
class DrivenCacheTest : public testing::Test {
 protected:
  // Maximum duration of a test, including on a busy machine.
  static constexpr unsigned kSecondsPerTest = 50;

  DrivenCacheTest() {
    alarm(kSecondsPerTest);
    Open({});
  }
  ~DrivenCacheTest() override { alarm(0); }

  // Values need no tags, which most tests do not care for.
  void Open(client::TaggedCacheOptions options) {
    options.require_tags = false;
    OpenAsGiven(std::move(options));
  }
  void OpenAsGiven(client::TaggedCacheOptions options,
                   client::ValueOptions<std::string> values = {}) {
    if (options.name.empty()) options.name = "test";
    options.clock = &clock_;
    if (!options.random) options.random = [] { return 0.5; };
    cache_.reset();
    revision_ = 0;
    cache_ = std::make_unique<client::TaggedCache<std::string>>(client::Client(connection_),
                                                                options, std::move(values));
    Start("e", 0, 0);
    Renew();
  }

  client::TaggedCache<std::string>& cache() { return *cache_; }
  const client::SubscriptionCallbacks& service() { return connection_->callbacks(); }

  void Start(const std::string& epoch, uint64_t head, uint64_t after) {
    service().on_started({.head = {.epoch = epoch, .revision = head},
                          .start_after = after,
                          .lease = absl::Seconds(10),
                          .heartbeat = absl::Seconds(5)});
  }

  // Renews the lease to ten seconds from now.
  void Renew() {
    service().on_progress({.position = {.epoch = "e", .revision = revision_},
                           .lease_end = clock_.Monotonic() + absl::Seconds(10)});
  }

  void Invalidate(client::Invalidation invalidation) {
    service().on_event(
        {.revision = ++revision_, .epoch = "e", .invalidations = {std::move(invalidation)}});
  }
  void Invalidate(std::string tag,
                  client::InvalidationKind kind = client::InvalidationKind::kEvict) {
    Invalidate({.kind = kind, .target = client::TargetKind::kTag, .name = std::move(tag)});
  }

  // Returns a loader of `value` with these tags, which counts its calls.
  std::function<absl::StatusOr<std::string>(client::Load&)> Loader(
      std::string value, std::vector<std::string> tags = {}) {
    return [this, value = std::move(value), tags = std::move(tags)](client::Load& load) {
      ++loads_;
      for (const std::string& tag : tags) load.AddTag(tag);
      return absl::StatusOr<std::string>(value);
    };
  }

  // Returns the result of GetOrLoad as text: the value, preceded by "stale" if it is flagged so, or
  // the error.
  static std::string Text(const absl::StatusOr<client::Cached<std::string>>& value) {
    if (!value.ok()) return std::string(value.status().message());
    return Text(*value);
  }
  static std::string Text(const client::Cached<std::string>& value) {
    if (!value) return "";
    return (value.is_stale() ? "stale " : "") + *value;
  }

  FakeClock clock_;
  std::shared_ptr<ScriptedConnection> connection_ = std::make_shared<ScriptedConnection>();
  std::unique_ptr<client::TaggedCache<std::string>> cache_;
  uint64_t revision_ = 0;
  int loads_ = 0;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_FAKES_DRIVEN_CACHE_H_
