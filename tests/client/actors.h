#ifndef CACHE_INVALIDATION_TESTS_CLIENT_ACTORS_H_
#define CACHE_INVALIDATION_TESTS_CLIENT_ACTORS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/cache_options.h"
#include "client/event.h"
#include "client/internal/cache/cache_core.h"
#include "client/internal/cache/change.h"
#include "client/internal/cache/entry.h"
#include "client/internal/cache/flight.h"
#include "tests/client/explorer.h"
#include "tests/client/world.h"

namespace cache_invalidation::interleaving {

// The steps of SubscribedCache::GetOrLoad, one by one: each takes a lock of the cache, reads a row,
// or calls the service.
class Reading {
 public:
  Reading(World& world, std::string key, client::ReadOptions options)
      : world_(world), key_(std::move(key)), options_(options) {}

  // Runs a load that was claimed.
  Reading(World& world, std::shared_ptr<client::internal::Flight> flight);

  bool IsReady() const;
  void Step();
  bool is_done() const { return stage_ == Stage::kDone; }

  // REQUIRES: it is done.
  const Versions& versions() const { return result_; }
  bool is_stale() const { return is_stale_; }

 private:
  enum class Stage {
    kAskFence,
    kFind,
    kAskFenceLate,
    kAskFenceToLoad,
    kBeginLoad,
    kAwait,
    kLoadOther,
    kReadRow,
    kResolve,
    kLookUpParts,
    kRegister,
    kEnd,
    kDone
  };

  void AskFence();
  void Find();
  void AskFenceLate();
  void BeginLoad();
  void Await();
  void StartLoading();
  void LoadOther();
  void ReadRow();
  void Resolve();
  void LookUpParts();
  void Register();
  void End();
  // Keeps the loaded value under a different start of load than the right one.
  void EndAsOf(client::internal::Fill fill, bool only_resets);
  void Finish(const client::internal::Found& found);

  World& world_;
  const std::string key_;
  const client::ReadOptions options_;
  Stage stage_ = Stage::kAskFence;
  bool is_open_ = false;
  absl::Duration asked_at_;
  client::internal::Found found_;
  client::internal::CacheCore::Attempt attempt_;
  std::optional<client::internal::Arrival> arrival_;
  std::unique_ptr<Reading> other_;
  std::shared_ptr<Versions> loaded_;
  client::internal::Resolution resolution_;
  Versions result_ = {};
  bool is_stale_ = false;
  bool rests_on_stale_ = false;  // its own loader read a stale value
};

// Reads a key `times` times in sequence, and checks each result.
class Reader final : public Actor {
 public:
  Reader(World& world, std::string key, int times = 1, client::ReadOptions options = {});

  bool IsReady() const override;
  void Step() override;

 private:
  World& world_;
  const std::string key_;
  const client::ReadOptions options_;
  int left_;
  std::optional<Versions> floor_;
  std::unique_ptr<Reading> reading_;
};

// The executor: runs the loads that it was given, in sequence.
class Worker final : public Actor {
 public:
  explicit Worker(World& world) : world_(world) {}

  bool IsReady() const override;
  void Step() override;

 private:
  World& world_;
  std::unique_ptr<Reading> reading_;
};

// Commits a change of a row, reports it to the service, and waits for the subscribers.
class Writer final : public Actor {
 public:
  Writer(World& world, int row, client::Invalidation invalidation)
      : world_(world), row_(row), invalidation_(std::move(invalidation)) {}

  bool IsReady() const override;
  void Step() override;

 private:
  World& world_;
  const int row_;
  const client::Invalidation invalidation_;
  enum class Stage { kCommit, kPublish, kWait, kDone } stage_ = Stage::kCommit;
  int version_ = 0;
  std::string epoch_;
  uint64_t revision_ = 0;
};

// Commits a change of a row and, because the service cannot be reached, only drops a tag from the
// cache: TaggedCache::Drop.
class Dropper final : public Actor {
 public:
  Dropper(World& world, int row, std::string tag)
      : world_(world), row_(row), tags_({std::move(tag)}) {}

  bool IsReady() const override;
  void Step() override;

 private:
  World& world_;
  const int row_;
  const std::vector<std::string> tags_;
  enum class Stage { kCommit, kBegin, kApply, kEnd, kDone } stage_ = Stage::kCommit;
  int version_ = 0;
  client::internal::Change change_;
  client::internal::DiscardedEntries discarded_;
  uint64_t step_ = 0;
  size_t shard_ = 0;
};

// The cache's end of the stream: applies its messages, shard by shard, and acknowledges them.
class Subscriber final : public Actor {
 public:
  explicit Subscriber(World& world) : world_(world) {}

  bool IsReady() const override;
  void Step() override;

 private:
  // Sets the remaining steps of the message received last.
  void Plan(const Message& message);
  void PlanStart(const StartedMessage& started);
  void PlanReset(const client::Position& position);
  void PlanEvent(const client::Event& event);
  void PlanProgress(const ProgressMessage& progress);
  void Acknowledge(uint64_t revision);
  void Then(std::function<void()> step) { steps_.push_back(std::move(step)); }

  World& world_;
  std::vector<std::function<void()>> steps_;
  size_t next_ = 0;
};

// Runs its steps in sequence.
class Script final : public Actor {
 public:
  explicit Script(std::vector<std::function<void()>> steps) : steps_(std::move(steps)) {}

  bool IsReady() const override { return next_ < steps_.size(); }
  void Step() override { steps_[next_++](); }

 private:
  std::vector<std::function<void()>> steps_;
  size_t next_ = 0;
};

// Connects after the position that the cache has applied.
void Connect(World& world);

}  // namespace cache_invalidation::interleaving

#endif  // CACHE_INVALIDATION_TESTS_CLIENT_ACTORS_H_
