// SPDX-License-Identifier: Apache-2.0

// What the cache of the SDK costs its callers, beside a hash map in 64 parts with a lock each.

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "client/tagged_cache.h"
#include "common/check.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/resources.h"
#include "tests/benchmark/works.h"
#include "tests/fakes/scripted_connection.h"

namespace cache_invalidation {
namespace {

using Value = std::string;

constexpr int kRuns = 9;
constexpr int64_t kHits = 1'000'000;
constexpr int64_t kMisses = 200'000;
constexpr int64_t kFills = 50'000;
constexpr int kEntries = 100'000;
constexpr int kFewEntries = 1'000;

// What the cache is compared with: nothing but look-ups that many threads may make.
class ShardedMap {
 public:
  std::shared_ptr<const Value> Get(absl::string_view key) {
    Shard& shard = ShardOf(key);
    MutexLock lock(shard.mutex);
    const auto found = shard.map.find(key);
    return found == shard.map.end() ? nullptr : found->second;
  }
  void Put(const std::string& key, std::shared_ptr<const Value> value) {
    Shard& shard = ShardOf(key);
    MutexLock lock(shard.mutex);
    shard.map[key] = std::move(value);
  }

 private:
  struct alignas(128) Shard {
    Mutex mutex;
    absl::flat_hash_map<std::string, std::shared_ptr<const Value>> map ABSL_GUARDED_BY(mutex);
  };
  Shard& ShardOf(absl::string_view key) {
    return shards_[absl::Hash<absl::string_view>()(key) >> 58];
  }

  std::array<Shard, 64> shards_;
};

// A cache with a lease that lasts, and a subscription that says what the benchmark says.
class Bench {
 public:
  explicit Bench(uint64_t max_entries)
      : connection_(std::make_shared<ScriptedConnection>()),
        cache_(client::Client(connection_), {.name = "bench", .max_entries = max_entries}) {
    client::SubscriptionStarted started;
    started.head.epoch = "e";
    connection_->callbacks().on_started(started);
    connection_->callbacks().on_progress(
        {.position = {.epoch = "e"}, .lease_end = clock_.Monotonic() + absl::Hours(24)});
  }

  const client::TaggedCache<Value>& cache() const { return cache_; }

  void Fill(const std::string& key) const {
    const auto loader = [&](client::Load& load) {
      load.AddTag(key);
      return Value("value");
    };
    Check(cache_.GetOrLoad(key, loader).ok(), "the loader does not fail");
  }

  void Invalidate(std::string tag) {
    connection_->callbacks().on_event(
        {.revision = ++revision_,
         .epoch = "e",
         .invalidations = {{.target = client::TargetKind::kTag, .name = std::move(tag)}}});
  }

 private:
  RealClock clock_;
  std::shared_ptr<ScriptedConnection> connection_;
  client::TaggedCache<Value> cache_;
  uint64_t revision_ = 0;
};

std::vector<std::string> Keys(int count) {
  std::vector<std::string> keys;
  for (int i = 0; i < count; ++i) keys.push_back(absl::StrCat("user:", i));
  return keys;
}

// The order in which keys are asked for: as many as fit no cache of the processor by themselves.
std::vector<uint32_t> RandomOrder(size_t keys) {
  std::mt19937 random(1);
  std::vector<uint32_t> order(1 << 16);
  for (uint32_t& index : order) index = random() % keys;
  return order;
}

// Nanoseconds of CPU time that one call of `work` takes, in each of so many threads at a time.
double NanosecondsEach(int threads, int64_t calls,
                       const std::function<void(int thread, int64_t i)>& work) {
  std::vector<double> taken(threads);
  std::atomic<int> ready = 0;
  const auto run = [&](int thread) {
    ++ready;
    while (ready < threads) std::this_thread::yield();
    const absl::Duration before = ThreadTime();
    for (int64_t i = 0; i < calls; ++i) work(thread, i);
    taken[thread] = absl::ToDoubleNanoseconds(ThreadTime() - before);
  };
  std::vector<std::thread> others;
  for (int thread = 1; thread < threads; ++thread) others.emplace_back(run, thread);
  run(0);
  for (std::thread& other : others) other.join();
  double sum = 0;
  for (const double each : taken) sum += each;
  return sum / static_cast<double>(calls * threads);
}

void MeasureLookups(const char* what, int entries, int threads, bool hits, int64_t calls) {
  const std::vector<std::string> keys = Keys(entries);
  const std::vector<std::string> absent = Keys(2 * entries);
  const std::vector<uint32_t> order = RandomOrder(keys.size());
  ShardedMap map;
  const Bench bench(entries);
  for (const std::string& key : keys) {
    map.Put(key, std::make_shared<const Value>("value"));
    bench.Fill(key);
  }
  const auto key = [&](int thread, int64_t i) -> const std::string& {
    const uint32_t index = order[(i + thread * int64_t{7'919}) & (order.size() - 1)];
    return hits ? keys[index] : absent[keys.size() + index];
  };
  const auto ask_map = [&](int thread, int64_t i) {
    Check((map.Get(key(thread, i)) != nullptr) == hits, "the map knows");
  };
  const auto ask_cache = [&](int thread, int64_t i) {
    Check(static_cast<bool>(bench.cache().Get(key(thread, i))) == hits, "the cache knows");
  };
  const std::vector<double> medians =
      MediansByTurns(kRuns, {[&] { return NanosecondsEach(threads, calls, ask_map); },
                             [&] { return NanosecondsEach(threads, calls, ask_cache); }});
  PrintRow(absl::StrCat(what, ", ", entries, " entries, ", threads, " threads"), medians[1],
           medians[0]);
}

// Loads that are kept, over keys that are not there.
double FillTime() {
  const Bench bench(kFills);
  const std::vector<std::string> keys = Keys(kFills);
  return NanosecondsEach(1, kFills, [&](int, int64_t i) { bench.Fill(keys[i]); });
}

// The same while another thread applies events as fast as it can, each for one tag of many.
double FillTimeUnderInvalidations(double& events_per_fill) {
  Bench bench(kFills);
  const std::vector<std::string> keys = Keys(kFills);
  std::atomic<bool> stop = false;
  int64_t events = 0;
  std::thread invalidates([&] {
    while (!stop) bench.Invalidate(keys[(++events * 7'919) % kFills]);
  });
  const double time = NanosecondsEach(1, kFills, [&](int, int64_t i) { bench.Fill(keys[i]); });
  stop = true;
  invalidates.join();
  events_per_fill = static_cast<double>(events) / kFills;
  return time;
}

// One event for one tag of one entry, in a full cache.
double EventTime() {
  Bench bench(kFills);
  const std::vector<std::string> keys = Keys(kFills);
  for (const std::string& key : keys) bench.Fill(key);
  return NanosecondsEach(1, kFills, [&](int, int64_t i) { bench.Invalidate(keys[i]); });
}

void MeasureCacheMemory() {
  const std::vector<std::string> keys = Keys(kEntries);
  const double map = HeapBytes([&] {
    auto made = std::make_shared<ShardedMap>();
    for (const std::string& key : keys) made->Put(key, std::make_shared<const Value>("value"));
    return std::shared_ptr<void>(made);
  });
  const double cache = HeapBytes([&] {
    auto made = std::make_shared<Bench>(kEntries);
    for (const std::string& key : keys) made->Fill(key);
    return std::shared_ptr<void>(made);
  });
  PrintRow("bytes per entry, with one tag of its own", cache / kEntries, map / kEntries);
}

}  // namespace

void MeasureCache() {
  PrintHeading("cache: TaggedCache of the SDK", "CPU ns; limit: a map in 64 parts with locks");
  for (const int entries : {kFewEntries, kEntries}) {
    for (const int threads : {1, 2}) MeasureLookups("hit", entries, threads, true, kHits);
  }
  MeasureLookups("miss", kEntries, 1, false, kMisses);
  std::vector<double> loads;
  const std::vector<double> medians =
      MediansByTurns(kRuns, {FillTime,
                             [&] {
                               double events_per_fill = 0;
                               const double time = FillTimeUnderInvalidations(events_per_fill);
                               loads.push_back(events_per_fill);
                               return time;
                             },
                             EventTime});
  PrintRow("load and keep", medians[0]);
  PrintRow(absl::StrCat("load and keep, beside ", static_cast<int>(Median(loads) * 100),
                        " events per 100 loads"),
           medians[1]);
  PrintRow("event that evicts one entry", medians[2]);
  MeasureCacheMemory();
}

}  // namespace cache_invalidation
