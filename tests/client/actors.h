// SPDX-License-Identifier: Apache-2.0

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
#include "client/internal/cache/change.h"
#include "client/internal/cache/entry.h"
#include "tests/client/explorer.h"
#include "tests/client/reading.h"
#include "tests/client/world.h"

namespace cache_invalidation::interleaving {

// How a Reader reads.
enum class Way {
  kGetOrLoad,
  kAsync,   // GetOrLoadAsync
  kOutage,  // GetOrLoad, whose own loads fail
};

// Reads a key `times` times in sequence, and checks each result.
class Reader final : public Actor {
 public:
  Reader(World& world, std::string key, int times = 1, client::ReadOptions options = {},
         Way way = Way::kGetOrLoad);

  bool IsReady() const override;
  void Step() override;

 private:
  World& world_;
  const std::string key_;
  const client::ReadOptions options_;
  const Way way_;
  int left_;
  std::optional<Versions> floor_;
  std::optional<Versions> stale_floor_;
  std::unique_ptr<Reading> reading_;
};

// Reads several keys with GetOrLoadMany, `times` times in sequence, and checks each result.
class ManyReader final : public Actor {
 public:
  ManyReader(World& world, std::vector<std::string> keys, int times = 1,
             client::ReadOptions options = {});

  bool IsReady() const override;
  void Step() override;

 private:
  // Returns the one that takes the next step, null if none can.
  Reading* Next() const;

  World& world_;
  const std::vector<std::string> keys_;
  const client::ReadOptions options_;
  int left_;
  Versions floor_ = {};
  Versions stale_floor_ = {};
  std::vector<std::unique_ptr<Reading>> readings_;
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
