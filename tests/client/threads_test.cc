// SPDX-License-Identifier: Apache-2.0

// The cache under real threads: readers, writers that wait for it, and a subscription that delivers
// to it. What holds in every interleaving of steps (fill_race_test) must hold here, where the locks
// determine the steps. Most useful under ThreadSanitizer.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "client/tagged_cache.h"
#include "common/mutex.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/scripted_connection.h"

namespace cache_invalidation {
namespace {

using client::Cached;
using client::Load;
using client::TaggedCache;

constexpr client::ReadOptions kRevalidating{.while_revalidating = true};

constexpr int kUsers = 8;
constexpr int kReaders = 3;
constexpr int kWritersRounds = 400;
constexpr int kReadsEach = 3'000;

// A version of a user, and of a page that shows two users.
struct User {
  int version;
};
struct Page {
  int version;
  int other_version;
};

// An executor of one thread.
class Worker {
 public:
  ~Worker() {
    {
      MutexLock lock(mutex_);
      finished_ = true;
      changed_.NotifyAll();
    }
    thread_.join();
  }

  void Run(std::function<void()> task) {
    MutexLock lock(mutex_);
    tasks_.push_back(std::move(task));
    changed_.NotifyAll();
  }

 private:
  void Work() {
    while (true) {
      std::function<void()> task;
      {
        MutexLock lock(mutex_);
        while (tasks_.empty() && !finished_) changed_.Wait(mutex_);
        if (tasks_.empty()) return;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
  }

  Mutex mutex_;
  CondVar changed_;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_{[this] { Work(); }};  // last: it uses all of the above
};

class ThreadsTest : public testing::Test {
 protected:
  ThreadsTest()
      : users_(client::Client(connection_),
               {.name = "test",
                .max_entries = 3 * kUsers / 2,
                .stale_for = absl::Hours(1),
                .executor = [this](std::function<void()> task) { worker_.Run(std::move(task)); },
                .clock = &clock_}),
        pages_(users_),
        delivery_([this] { Deliver(); }) {
    client::SubscriptionStarted started;
    started.head.epoch = "e";
    connection_->callbacks().on_started(started);
    connection_->callbacks().on_progress(
        {.position = {.epoch = "e"}, .lease_end = clock_.Monotonic() + absl::Hours(1)});
    MutexLock lock(mutex_);
    started_ = true;
    changed_.NotifyAll();
  }

  ~ThreadsTest() override { delivery_.join(); }

  // Commits a version of a user, tells the service and waits until it was applied.
  void Write(int user, client::InvalidationKind kind) {
    const int version = ++database_[user];
    client::Event event{.epoch = "e",
                        .invalidations = {{.kind = kind,
                                           .target = client::TargetKind::kTag,
                                           .name = absl::StrCat("user:", user)}}};
    MutexLock lock(mutex_);
    const uint64_t revision = event.revision = ++head_;
    events_.push_back(std::move(event));
    changed_.NotifyAll();
    while (applied_ < revision) changed_.Wait(mutex_);
    covered_[user] = std::max(covered_[user].load(), version);
  }

  void FinishWriting() {
    MutexLock lock(mutex_);
    finished_ = true;
    changed_.NotifyAll();
  }

  void ReadUser(int user) {
    const int floor = covered_[user];
    EXPECT_GE(LoadUser(user).version, floor) << "user " << user;
  }

  // Reads two users with one call, or with none that waits, or accepts stale values. What is not
  // flagged is as fresh as anything.
  void ReadUsers(int user, bool accepts_stale) {
    const int other = (user + 3) % kUsers;
    const std::array<int, 2> floors = {covered_[user], covered_[other]};
    const auto load = [this, user, other](absl::Span<Load* const> missing) {
      std::vector<absl::StatusOr<User>> values;
      for (Load* const load : missing) {
        const int loaded = load->key() == Key(user) ? user : other;
        load->AddTag(Key(loaded));
        values.push_back(User{.version = database_[loaded]});
      }
      return values;
    };
    const auto read = users_.GetOrLoadMany({Key(user), Key(other)}, load,
                                           accepts_stale ? kRevalidating : client::ReadOptions());
    for (size_t i = 0; i < floors.size(); ++i) {
      ASSERT_TRUE(read[i].ok()) << read[i].status();
      if (read[i]->is_stale()) {
        ++stale_reads_;
      } else {
        EXPECT_GE((*read[i])->version, floors[i]) << "user " << (i == 0 ? user : other);
      }
    }
  }
  void ReadUserLater(int user) {
    const int floor = covered_[user];
    const auto load = [this, user](Load& load) {
      load.AddTag(Key(user));
      return User{.version = database_[user]};
    };
    const absl::StatusOr<Cached<User>> read = users_.GetOrLoadFuture(Key(user), load).get();
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_GE((*read)->version, floor) << "user " << user;
  }

  void ReadPage(int user) {
    const int other = (user + 1) % kUsers;
    const int floor = covered_[user];
    const int other_floor = covered_[other];
    const auto load = [&](Load& load) {
      load.DependOnKey(Key(user));
      load.AddTag(absl::StrCat("user:", other));
      const int version = LoadUser(user).version;
      return Page{.version = version, .other_version = database_[other]};
    };
    const absl::StatusOr<Cached<Page>> page = pages_.GetOrLoad(PageKey(user), load);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_GE((*page)->version, floor) << "page " << user;
    EXPECT_GE((*page)->other_version, other_floor) << "page " << user;
  }

  // When all is applied: whatever is cached is what the database has.
  void ExpectNothingStale() {
    for (int user = 0; user < kUsers; ++user) {
      const Cached<User> cached = users_.Get(Key(user));
      if (cached) {
        EXPECT_EQ(cached->version, database_[user]);
      }
      const Cached<Page> page = pages_.Get(PageKey(user));
      if (!page) continue;
      EXPECT_EQ(page->version, database_[user]);
      EXPECT_EQ(page->other_version, database_[(user + 1) % kUsers]);
    }
  }

  client::CacheStatistics Statistics() { return users_.Statistics(); }
  int stale_reads() const { return stale_reads_; }

 private:
  static std::string Key(int user) { return absl::StrCat("user:", user); }
  static std::string PageKey(int user) { return absl::StrCat("page:", user); }

  User LoadUser(int user) {
    const auto load = [&](Load& load) {
      load.AddTag(absl::StrCat("user:", user));
      return User{.version = database_[user]};
    };
    const absl::StatusOr<Cached<User>> cached = users_.GetOrLoad(Key(user), load);
    return cached.ok() ? **cached : User{.version = -1};
  }

  // The subscription's thread.
  void Deliver() {
    while (true) {
      client::Event event;
      {
        MutexLock lock(mutex_);
        while (!started_ || (events_.empty() && !finished_)) changed_.Wait(mutex_);
        if (events_.empty()) return;
        event = std::move(events_.front());
        events_.pop_front();
      }
      connection_->callbacks().on_event(event);
      MutexLock lock(mutex_);
      applied_ = event.revision;
      changed_.NotifyAll();
    }
  }

  FakeClock clock_;
  std::shared_ptr<ScriptedConnection> connection_ = std::make_shared<ScriptedConnection>();
  std::atomic<int> stale_reads_ = 0;
  TaggedCache<User> users_;
  TaggedCache<Page> pages_;
  std::array<std::atomic<int>, kUsers> database_ = {};
  std::array<std::atomic<int>, kUsers> covered_ = {};

  Mutex mutex_;
  CondVar changed_;
  bool started_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<client::Event> events_ ABSL_GUARDED_BY(mutex_);
  uint64_t head_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t applied_ ABSL_GUARDED_BY(mutex_) = 0;

  std::thread delivery_;  // it uses all of the above
  Worker worker_;         // last: it ends first
};

TEST_F(ThreadsTest, NobodyReadsWhatAWaitingCallCovered) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kReaders; ++i) {
    threads.emplace_back([this, i] {
      std::mt19937 random(i);
      for (int read = 0; read < kReadsEach; ++read) {
        const int user = static_cast<int>(random() % kUsers);
        switch (random() % 8) {
          case 0:
            ReadUsers(user, /*accepts_stale=*/false);
            break;
          case 1:
            ReadUsers(user, /*accepts_stale=*/true);
            break;
          case 2:
            ReadUserLater(user);
            break;
          case 3:
          case 4:
            ReadUser(user);
            break;
          default:
            ReadPage(user);
        }
      }
    });
  }
  std::thread writer([this] {
    std::mt19937 random(100);
    for (int round = 0; round < kWritersRounds; ++round) {
      Write(static_cast<int>(random() % kUsers), random() % 3 == 0
                                                     ? client::InvalidationKind::kMarkStale
                                                     : client::InvalidationKind::kEvict);
    }
  });
  for (std::thread& thread : threads) thread.join();
  writer.join();
  FinishWriting();
  ExpectNothingStale();
  const client::CacheStatistics statistics = Statistics();
  EXPECT_EQ(statistics.events, static_cast<uint64_t>(kWritersRounds));
  EXPECT_GT(statistics.hits, 0u);
  EXPECT_GT(statistics.invalidated, 0u);
  EXPECT_GT(statistics.evictions, 0u);
  EXPECT_GT(stale_reads(), 0);
  EXPECT_LE(statistics.entries, static_cast<uint64_t>(3 * kUsers / 2));
}

}  // namespace
}  // namespace cache_invalidation
