// SPDX-License-Identifier: Apache-2.0

// The destructor of a value may do what an application does anywhere: use the cache, and take locks
// that are held while using the cache. So no value is destroyed while the cache holds a lock,
// whatever removes it. A violation of this deadlocks.

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "client/tagged_cache.h"
#include "common/mutex.h"
#include "gtest/gtest.h"
#include "tests/fakes/driven_cache.h"

namespace cache_invalidation {
namespace {

using client::InvalidationKind;
using client::Load;
using client::TaggedCache;
using client::TaggedCacheOptions;
using client::TargetKind;

// Calls a function when it is destroyed.
class Mortal {
 public:
  explicit Mortal(std::function<void()> last_act) : last_act_(std::move(last_act)) {}
  ~Mortal() { last_act_(); }

  Mortal(const Mortal&) = delete;
  Mortal& operator=(const Mortal&) = delete;

 private:
  const std::function<void()> last_act_;
};
using Value = std::unique_ptr<Mortal>;

// Everything that takes a lock of the cache, of each of its shards.
template <typename Any>
void UseAllOf(const TaggedCache<Any>& cache) {
  for (int i = 0; i < 500; ++i) cache.Get("other:" + std::to_string(i));
  const auto fails = [](Load&) -> absl::StatusOr<Any> { return absl::NotFoundError(""); };
  cache.GetOrLoad("other", fails).IgnoreError();
  cache.Drop({"other"}, {"other"});
  cache.DropEverything();
  cache.Statistics();
  cache.AwaitLive(absl::ZeroDuration());
  cache.AwaitApplied({.epoch = "e"}, absl::ZeroDuration());
  cache.status().IgnoreError();
}

// A way in which a value is removed and destroyed.
struct End {
  std::string name;
  TaggedCacheOptions options = {};
  // Ends the value of the key "k" with the tag "a:b", which nobody else holds.
  std::function<void(class DestructionTest&)> happens;
};

std::vector<End> Ends();

class DestructionTest : public DrivenCacheTest, public testing::WithParamInterface<int> {
 public:
  using DrivenCacheTest::cache;
  using DrivenCacheTest::Invalidate;
  using DrivenCacheTest::Loader;
  using DrivenCacheTest::service;
  using DrivenCacheTest::Start;

  void Close() { cache_.reset(); }
  void Advance(absl::Duration by) { clock_.Advance(by); }

  TaggedCache<Value> values() { return TaggedCache<Value>(cache()); }

  // A load of "k" that `happens` inside.
  void LoadDoing(const std::function<void()>& happens) {
    const auto load = [&](client::Load& load) {
      load.AddTag("a:b");
      load.SetTtl(absl::Hours(1));
      happens();
      return std::make_unique<Mortal>(last_act_);
    };
    values().GetOrLoad("k", load).IgnoreError();
  }

  // Ends a value in the way of this test, whose destructor calls `last_act`.
  void EndDoing(std::function<void()> last_act) {
    const End end = Ends()[GetParam()];
    Open(end.options);
    int ended = 0;
    last_act_ = [&] {
      if (++ended == 1) last_act();
    };
    LoadDoing([] {});
    end.happens(*this);
    EXPECT_GE(ended, 1) << end.name;
    last_act_ = [] {};
  }

 private:
  std::function<void()> last_act_;
};

std::vector<End> Ends() {
  const auto invalidated = [](InvalidationKind kind, TargetKind target, std::string name) {
    return [=](DestructionTest& test) {
      test.Invalidate({.kind = kind, .target = target, .name = name});
    };
  };
  const auto replaced_after = [](std::function<void(DestructionTest&)> event) {
    return [event = std::move(event)](DestructionTest& test) {
      event(test);
      test.cache().GetOrLoad("k", test.Loader("new")).IgnoreError();
    };
  };
  constexpr InvalidationKind kEvict = InvalidationKind::kEvict;
  return {
      {.name = "tag", .happens = invalidated(kEvict, TargetKind::kTag, "a")},
      {.name = "key", .happens = invalidated(kEvict, TargetKind::kKey, "k")},
      {.name = "pattern", .happens = invalidated(kEvict, TargetKind::kPattern, "k.*")},
      {.name = "everything", .happens = invalidated(kEvict, TargetKind::kEverything, "")},
      {.name = "a broken pattern", .happens = invalidated(kEvict, TargetKind::kPattern, "(")},
      {.name = "Drop", .happens = [](DestructionTest& test) { test.cache().Drop({"a"}); }},
      {.name = "DropEverything",
       .happens = [](DestructionTest& test) { test.cache().DropEverything(); }},
      {.name = "reset",
       .happens =
           [](DestructionTest& test) {
             test.service().on_reset({.start_after = {.epoch = "e", .revision = 7}});
           }},
      {.name = "start of another history",
       .happens = [](DestructionTest& test) { test.Start("f", 9, 9); }},
      {.name = "event of another history",
       .happens =
           [](DestructionTest& test) { test.service().on_event({.revision = 5, .epoch = "f"}); }},
      {.name = "no room",
       .options = {.max_entries = 1},
       .happens =
           [](DestructionTest& test) {
             for (int i = 0; i < 200; ++i) {
               test.cache()
                   .GetOrLoad("filling:" + std::to_string(i), test.Loader("one"))
                   .IgnoreError();
             }
           }},
      {.name = "no room for its own",
       .options = {.max_entries = 0},
       .happens = [](DestructionTest& test) { test.LoadDoing([] {}); }},
      {.name = "another type", .happens = replaced_after([](DestructionTest&) {})},
      {.name = "stale and loaded anew",
       .happens = replaced_after(invalidated(InvalidationKind::kMarkStale, TargetKind::kTag, "a"))},
      {.name = "expired and loaded anew",
       .happens = replaced_after([](DestructionTest& test) { test.Advance(absl::Hours(1)); })},
      {.name = "refused",
       .happens =
           [](DestructionTest& test) {
             test.Invalidate("a", InvalidationKind::kMarkStale);
             test.LoadDoing([&] { test.Invalidate("a"); });
           }},
      {.name = "not wanted",
       .options = {.max_weight = 0},
       .happens = [](DestructionTest& test) { test.LoadDoing([] {}); }},
      {.name = "end of the cache", .happens = [](DestructionTest& test) { test.Close(); }},
  };
}

TEST_P(DestructionTest, UsesTheCache) {
  EndDoing([cache = &cache_, this] {
    // The fixture's pointer is empty while it destroys the cache.
    if (*cache != nullptr) UseAllOf(**cache);
  });
}

// Another thread takes every lock that the thread of the destructor might hold.
TEST_P(DestructionTest, HoldsNoLockOfTheCache) {
  EndDoing([this] {
    if (cache_ == nullptr) return;
    std::thread([this] { UseAllOf(*cache_); }).join();
  });
}

// Another thread uses the cache under a lock of the application that the destructor takes, too.
TEST_P(DestructionTest, TakesALockUnderWhichOthersUseTheCache) {
  Mutex application;
  Mutex mutex;
  CondVar changed;
  int stage = 0;
  const auto pass = [&](int from) {
    MutexLock lock(mutex);
    while (stage < from) changed.Wait(mutex);
    ++stage;
    changed.NotifyAll();
  };
  std::thread other;
  EndDoing([&] {
    other = std::thread([&] {
      MutexLock lock(application);
      pass(0);  // it holds the lock
      pass(2);  // the destructor is about to take it
      if (cache_ != nullptr) UseAllOf(*cache_);
    });
    pass(1);
    MutexLock lock(application);
  });
  other.join();
}

// A thread holds a lock of the application and waits for the load of "b". The thread that runs this
// load removes an old value, whose destructor takes the same lock.
class LoadDestructionTest : public DrivenCacheTest {
 protected:
  ~LoadDestructionTest() override {
    if (other_.joinable()) other_.join();
  }

  // Fills "old" with a value whose destructor takes the lock, and lets it expire.
  void FillOld() {
    const auto load = [&](Load& load) {
      load.SetTtl(absl::Seconds(1));
      return std::make_unique<Mortal>([&] {
        MutexLock lock(application_);
        ++ended_;
      });
    };
    values().GetOrLoad("old", load).IgnoreError();
    clock_.Advance(absl::Seconds(1));
  }

  // To be called while "b" is loaded: another thread takes the lock, and waits for "b" under it.
  void WaitUnderTheLock() {
    other_ = std::thread([&] {
      MutexLock lock(application_);
      const auto never = [](Load&) -> absl::StatusOr<Value> { return absl::InternalError(""); };
      EXPECT_TRUE(values().GetOrLoad("b", never).ok());
    });
    clock_.AwaitWaiters(1);
  }

  TaggedCache<Value> values() { return TaggedCache<Value>(cache()); }
  static Value Immortal() {
    return std::make_unique<Mortal>([] {});
  }

  Mutex application_;
  int ended_ = 0;
  std::thread other_;
};

TEST_F(LoadDestructionTest, NoValueDiesBeforeAllLoadsOfACallHaveEnded) {
  FillOld();
  const auto load = [&](absl::Span<Load* const>) {
    WaitUnderTheLock();
    TaggedCache<Value>::Values values;
    values.push_back(Immortal());
    values.push_back(Immortal());
    return values;
  };
  values().GetOrLoadMany({"old", "b"}, load);
  other_.join();
  EXPECT_EQ(ended_, 1);
}

TEST_F(LoadDestructionTest, NoValueDiesInALoaderThatUsesTheCache) {
  const auto anew = [&](Load&) { return Immortal(); };
  const std::vector<std::function<void()>> uses = {
      [&] { values().GetOrLoad("old", anew).IgnoreError(); },
      [&] { cache().Drop({}, {"old"}); },
      [&] { cache().DropIf([](absl::string_view key) { return key == "old"; }); },
      [&] { cache().DropPrefix("old"); },
      [&] { cache().DropEverything(); },
      // Two loaders deep.
      [&] {
        const auto load = [&](Load&) {
          cache().Drop({}, {"old"});
          return Immortal();
        };
        values().GetOrLoad("c", load).IgnoreError();
      },
      // In a loader that fails.
      [&] {
        const auto load = [&](Load&) -> absl::StatusOr<Value> {
          cache().Drop({}, {"old"});
          throw std::runtime_error("oh");
        };
        EXPECT_THROW(values().GetOrLoad("c", load).IgnoreError(), std::runtime_error);
      },
  };
  for (size_t i = 0; i < uses.size(); ++i) {
    Open({});
    ended_ = 0;
    FillOld();
    const auto load = [&](Load&) {
      WaitUnderTheLock();
      uses[i]();
      EXPECT_EQ(ended_, 0) << i;
      return Immortal();
    };
    values().GetOrLoad("b", load).IgnoreError();
    other_.join();
    EXPECT_EQ(ended_, 1) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(, DestructionTest, testing::Range(0, static_cast<int>(Ends().size())),
                         [](const testing::TestParamInfo<int>& info) {
                           std::string name = Ends()[info.param].name;
                           for (char& letter : name) {
                             if (letter == ' ') letter = '_';
                           }
                           return name;
                         });

// While it is destroyed, the cache can be used, and keeps nothing any more.
TEST(CacheDestructionTest, ItsValuesFindItWhole) {
  FakeClock clock;
  auto connection = std::make_shared<ScriptedConnection>();
  const auto open = [&] {
    return new TaggedCache<Value>(client::Client(connection),
                                  {.name = "test", .require_tags = false, .clock = &clock});
  };
  TaggedCache<Value>* const cache = open();
  connection->callbacks().on_reset({.start_after = {.epoch = "e"}});
  int ended = 0;
  for (const std::string key : {"one", "two", "three"}) {
    const auto load = [&](Load&) {
      return std::make_unique<Mortal>([&, cache] {
        ++ended;
        UseAllOf(*cache);
      });
    };
    cache->GetOrLoad(key, load).IgnoreError();
  }
  EXPECT_EQ(ended, 0);
  delete cache;
  EXPECT_EQ(ended, 3);
}

// Several callers share one load, and none of its values is destroyed under a lock.
TEST_F(DrivenCacheTest, TheLastOfSeveralCallersEndsTheValue) {
  const TaggedCache<Value> values(cache());
  int ended = 0;
  const auto last_act = [&] {
    ++ended;
    std::thread([this] { UseAllOf(cache()); }).join();
  };
  std::thread other;
  values
      .GetOrLoad("k",
                 [&](Load& load) {
                   load.DoNotKeep();
                   other = std::thread([&] {
                     const auto never = [](Load&) -> absl::StatusOr<Value> {
                       return absl::InternalError("");
                     };
                     EXPECT_TRUE(values.GetOrLoad("k", never).ok());
                   });
                   clock_.AwaitWaiters(1);
                   return std::make_unique<Mortal>(last_act);
                 })
      .IgnoreError();
  other.join();
  EXPECT_EQ(ended, 1);
}

// What a loader holds is destroyed with its copy in the executor, on whatever thread drops it.
TEST_F(DrivenCacheTest, LoadersOfTheBackgroundDieWithoutLocks) {
  std::vector<std::function<void()>> tasks;
  Open({.executor = [&](std::function<void()> task) { tasks.push_back(std::move(task)); }});
  int ended = 0;
  for (const bool runs : {true, false}) {
    cache().GetOrLoad("k", Loader("one", {"a"})).IgnoreError();
    Invalidate("a", InvalidationKind::kMarkStale);
    {
      auto held = std::make_shared<Mortal>([&] {
        ++ended;
        std::thread([this] { UseAllOf(cache()); }).join();
      });
      const auto load = [held = std::move(held)](Load&) { return std::string("two"); };
      cache().GetOrLoad("k", load, {.while_revalidating = true}).IgnoreError();
    }
    ASSERT_EQ(tasks.size(), 1u);
    if (runs) tasks.front()();
    cache().Drop({}, {"k"});
    tasks.clear();
  }
  EXPECT_EQ(ended, 2);
}

}  // namespace
}  // namespace cache_invalidation
