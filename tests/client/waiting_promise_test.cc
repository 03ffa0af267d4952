// SPDX-License-Identifier: Apache-2.0

// The waiting guarantee, through the SDK and a real server: once a call has returned and no
// subscriber was late, no acknowledging subscriber serves the old value. Meanwhile connections are
// lost or become silent, subscribers block for longer than their leases and then continue with what
// was buffered, and the server is stopped and started again.

#include <atomic>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "client/client.h"
#include "client/testing/flaky_proxy.h"
#include "common/check.h"
#include "gtest/gtest.h"
#include "server/server.h"
#include "tests/support/cached_value.h"
#include "tests/support/local_server.h"
#include "tests/support/pause.h"

namespace cache_invalidation {
namespace {

using client::Client;
using client::FlakyProxy;

constexpr absl::Duration kLease = absl::Seconds(1);
constexpr int kCaches = 4;
constexpr int kRounds = 40;

class WaitingPromiseTest : public ::testing::Test {
 protected:
  // `before`: the longest lease that an earlier server granted.
  void Start(absl::Duration before) {
    ServerOptions options = OnLoopback(port_);
    options.longest_earlier_lease = before;
    server_ = StartServer(std::move(options));
    port_ = server_->grpc_port();
  }

  void StartCaches() {
    for (int i = 0; i < kCaches; ++i) {
      proxies_.push_back(std::make_unique<FlakyProxy>(port_));
      caches_.push_back(std::make_unique<CachedValue>(database_));
      client::SubscriptionOptions options = {.name = "plain", .lease = kLease};
      if (i == 0) options = {.name = "filtered", .tags = {"value"}, .lease = kLease};
      caches_.back()->Subscribe(Client(client::MakeConnection(proxies_.back()->endpoint())),
                                options);
    }
  }

  // Reads continuously. A cache serves at least the value for which the waiting call had returned
  // before the look-up.
  void Read(CachedValue& cache) {
    while (!stopped_) {
      const uint64_t told = told_to_all_;
      const std::optional<uint64_t> served = cache.Serve();
      if (served.has_value()) {
        ++hits_;
        EXPECT_GE(*served, told);
      } else {
        cache.Fill();
      }
      Pause(absl::Microseconds(200));
    }
  }

  // Injects one fault.
  void Disturb() {
    const size_t chosen = random_() % kCaches;
    switch (random_() % 8) {
      case 0:
      case 1:
        return proxies_[chosen]->DropConnections();
      case 2:
        return caches_[chosen]->StandStill(absl::Milliseconds(random_() % 2'000));
      case 3:
        proxies_[chosen]->Freeze(true);
        thaw_.push_back(chosen);
        return;
      case 4:
        for (size_t frozen : std::exchange(thaw_, {})) proxies_[frozen]->Freeze(false);
        return;
      case 5:
        if (++restarts_ % 4 != 0) return;
        server_->Shutdown(absl::Milliseconds(50));
        server_.reset();
        return Start(kLease);
      default:
        return;
    }
  }

  void WriteOnce(const Client& writer) {
    const uint64_t value = ++database_;
    const auto result = writer.Invalidate(
        {.tags = {random_() % 2 == 0 ? "value" : "value:x"}, .wait = client::WaitForSubscribers{}});
    ASSERT_TRUE(result.ok()) << result.status();
    lapsed_ += static_cast<int>(result->waiting->lapsed.size());
    if (!result->waiting->complete()) return;
    told_to_all_ = value;
    ++complete_;
    for (const std::unique_ptr<CachedValue>& cache : caches_) {
      const std::optional<uint64_t> served = cache->Serve();
      EXPECT_GE(served.value_or(value), value);
    }
  }

  int port_ = 0;
  std::unique_ptr<Server> server_;
  std::atomic<uint64_t> database_ = 0;  // the value counts up with every write
  std::vector<std::unique_ptr<FlakyProxy>> proxies_;
  std::vector<std::unique_ptr<CachedValue>> caches_;
  std::vector<size_t> thaw_;
  const uint32_t seed_ = std::random_device{}();
  std::mt19937 random_{seed_};
  std::atomic<bool> stopped_ = false;
  std::atomic<uint64_t> told_to_all_ = 0;
  std::atomic<uint64_t> hits_ = 0;
  int complete_ = 0;
  int lapsed_ = 0;
  int restarts_ = 0;
};

TEST_F(WaitingPromiseTest, NoCacheServesTheOldValueOnceTheCallHasReturned) {
  SCOPED_TRACE(::testing::Message() << "seed " << seed_);
  Start(absl::ZeroDuration());
  StartCaches();
  std::vector<std::thread> readers;
  for (const std::unique_ptr<CachedValue>& cache : caches_) {
    readers.emplace_back([this, &cache = *cache] { Read(cache); });
  }
  const Client writer(client::MakeConnection("127.0.0.1:" + std::to_string(port_),
                                             {.deadline = absl::Seconds(30)}));
  for (int round = 0; round < kRounds && !HasFailure(); ++round) {
    Disturb();
    for (int i = 0; i < 5; ++i) WriteOnce(writer);
  }
  stopped_ = true;
  for (std::thread& reader : readers) reader.join();
  for (const std::unique_ptr<CachedValue>& cache : caches_) {
    cache->StandStill(absl::ZeroDuration());
    cache->Unsubscribe();
  }
  EXPECT_GT(complete_, kRounds) << "nearly all of them";
  EXPECT_GT(lapsed_, 0);
  EXPECT_GT(hits_, 100u);
}

}  // namespace
}  // namespace cache_invalidation
