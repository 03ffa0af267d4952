// The promise of waiting, through the SDK and a real server: once a call has returned and nobody
// was late, no acknowledging subscriber serves the old value. Meanwhile connections are lost or
// fall silent, subscribers stand still for longer than their leases and then go on with what was
// buffered, and the server is stopped and started again.

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "client/client.h"
#include "common/check.h"
#include "common/mutex.h"
#include "common/real_clock.h"
#include "gtest/gtest.h"
#include "server/server.h"
#include "tests/client/flaky_proxy.h"

namespace cache_invalidation {
namespace {

using client::Client;

constexpr absl::Duration kLease = absl::Seconds(1);
constexpr int kCaches = 4;
constexpr int kRounds = 40;

// Lets real time pass: what happens meanwhile is up to other threads.
void Pause(absl::Duration time) {
  RealClock clock;
  Mutex mutex;
  CondVar nobody;
  MutexLock lock(mutex);
  const absl::Duration end = clock.Monotonic() + time;
  while (clock.Monotonic() < end) clock.WaitUntil(mutex, nobody, end);
}

// The value that is cached, and counts up with every write.
using Database = std::atomic<uint64_t>;

// A cache of that one value which obeys its subscription.
class Cache {
 public:
  explicit Cache(const Database& database) : database_(database) {}

  void Subscribe(const std::string& endpoint, const std::string& name) {
    client::SubscriptionOptions options;
    options.name = name;
    options.lease = kLease;
    if (name == "filtered") options.tags = {"value"};
    subscription_ =
        Client(client::MakeConnection(endpoint))
            .Subscribe(options, {.on_started = [this](const auto& m) { OnStarted(m); },
                                 .on_reset = [this](const auto& m) { OnReset(m); },
                                 .on_event = [this](const auto& m) { OnEvent(m); },
                                 .on_progress = [this](const auto& m) { OnProgress(m); }});
  }
  void Unsubscribe() { subscription_.reset(); }

  // What it serves without asking the database; absent: a miss.
  std::optional<uint64_t> Serve() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    if (clock_.Monotonic() >= lease_end_ || applied_ < serves_from_) return std::nullopt;
    return value_;
  }

  // Fills it, unless something was invalidated while the value was loaded.
  void Fill() ABSL_LOCKS_EXCLUDED(mutex_) {
    uint64_t generation = 0;
    {
      MutexLock lock(mutex_);
      generation = generation_;
    }
    const uint64_t loaded = database_;
    MutexLock lock(mutex_);
    if (generation == generation_) value_ = loaded;
  }

  // Its subscriber stands still for so long when it is next told something.
  void StandStill(absl::Duration time) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    stand_still_ = time;
  }

 private:
  void OnStarted(const client::SubscriptionStarted& started) {
    MutexLock lock(mutex_);
    if (clock_.Monotonic() >= lease_end_) serves_from_ = started.head.revision;
  }
  void OnReset(const client::SubscriptionReset& reset) {
    ObeyStandStill();
    MutexLock lock(mutex_);
    Drop();
    applied_ = reset.start_after.revision;
    serves_from_ = std::min(serves_from_, applied_);
  }
  void OnEvent(const client::Event& event) {
    ObeyStandStill();
    MutexLock lock(mutex_);
    Drop();
    applied_ = event.revision;
  }
  void OnProgress(const client::SubscriptionProgress& progress) {
    ObeyStandStill();
    MutexLock lock(mutex_);
    applied_ = progress.position.revision;
    lease_end_ = std::max(lease_end_, progress.lease_end);
  }

  void Drop() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    value_.reset();
    ++generation_;
  }
  void ObeyStandStill() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::Duration time;
    {
      MutexLock lock(mutex_);
      time = std::exchange(stand_still_, absl::ZeroDuration());
    }
    if (time > absl::ZeroDuration()) Pause(time);
  }

  const Database& database_;
  RealClock clock_;
  Mutex mutex_;
  std::optional<uint64_t> value_ ABSL_GUARDED_BY(mutex_);
  uint64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t applied_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t serves_from_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Duration lease_end_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  absl::Duration stand_still_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<client::Subscription> subscription_;
};

class WaitingPromiseTest : public ::testing::Test {
 protected:
  // `before`: the longest lease that an earlier server granted.
  void Start(absl::Duration before) {
    ServerOptions options;
    options.grpc_address = "127.0.0.1:" + std::to_string(port_);
    options.http_address = "";
    options.longest_earlier_lease = before;
    absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(std::move(options));
    Check(server.ok(), "a server can be started");
    server_ = *std::move(server);
    port_ = server_->grpc_port();
  }

  void StartCaches() {
    for (int i = 0; i < kCaches; ++i) {
      proxies_.push_back(std::make_unique<FlakyProxy>(port_));
      caches_.push_back(std::make_unique<Cache>(database_));
      caches_.back()->Subscribe(proxies_.back()->endpoint(), i == 0 ? "filtered" : "plain");
    }
  }

  // Reads all the time. What a cache serves is at least what was current, and told to everybody,
  // before it was asked.
  void Read(Cache& cache) {
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

  // One thing goes wrong.
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
    for (const std::unique_ptr<Cache>& cache : caches_) {
      const std::optional<uint64_t> served = cache->Serve();
      EXPECT_GE(served.value_or(value), value);
    }
  }

  int port_ = 0;
  std::unique_ptr<Server> server_;
  Database database_ = 0;
  std::vector<std::unique_ptr<FlakyProxy>> proxies_;
  std::vector<std::unique_ptr<Cache>> caches_;
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
  for (const std::unique_ptr<Cache>& cache : caches_) {
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
  for (const std::unique_ptr<Cache>& cache : caches_) {
    cache->StandStill(absl::ZeroDuration());
    cache->Unsubscribe();
  }
  EXPECT_GT(complete_, kRounds) << "nearly all of them";
  EXPECT_GT(lapsed_, 0);
  EXPECT_GT(hits_, 100u);
}

}  // namespace
}  // namespace cache_invalidation
