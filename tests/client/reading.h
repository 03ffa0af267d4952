// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CLIENT_READING_H_
#define CACHE_INVALIDATION_TESTS_CLIENT_READING_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "client/cache_options.h"
#include "client/internal/cache/cache_core.h"
#include "client/internal/cache/flight.h"
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

  // Looks the key up as GetOrLoadAsync does: the executor runs the load.
  void LoadElsewhere() { runs_on_ = client::internal::CacheCore::RunsOn::kExecutor; }
  // Its own loads fail.
  void FailToLoad() { fails_ = true; }

  bool IsReady() const;
  void Step();
  bool is_done() const { return stage_ == Stage::kDone; }

  // Which part of GetOrLoadMany it is in.
  bool is_starting() const { return stage_ <= Stage::kBeginLoad; }
  bool is_loading() const { return stage_ == Stage::kReadRow || stage_ == Stage::kLoadOther; }
  bool is_waiting() const { return stage_ == Stage::kAwait; }

  // REQUIRES: it is done. All versions are -1 if the load failed.
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
    kAskFenceAfterError,
    kFindAfterError,
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
  client::internal::LoadRun Run() const;
  void End();
  // What follows a load that failed.
  void Fail();
  void FindAfterError();
  // Keeps the loaded value under a different start of load than the right one.
  void EndAsOf(client::internal::Fill fill, bool only_resets);
  void Finish(const client::internal::Found& found);

  World& world_;
  const std::string key_;
  const client::ReadOptions options_;
  client::internal::CacheCore::RunsOn runs_on_ = client::internal::CacheCore::RunsOn::kAnyThread;
  bool fails_ = false;
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

}  // namespace cache_invalidation::interleaving

#endif  // CACHE_INVALIDATION_TESTS_CLIENT_READING_H_
