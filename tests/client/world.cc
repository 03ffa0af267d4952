// SPDX-License-Identifier: Apache-2.0

#include "tests/client/world.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace cache_invalidation::interleaving {

using client::internal::CacheCoreOptions;
using client::internal::Found;
using client::internal::KeyHash;

std::string Name(Broken broken) {
  switch (broken) {
    case Broken::kNothing:
      return "nothing";
    case Broken::kPositionAfterLoad:
      return "position after load";
    case Broken::kSharesAnyLoad:
      return "shares any load";
    case Broken::kNoFence:
      return "no fence";
    case Broken::kFenceAfterLookup:
      return "fence after look-up";
    case Broken::kLeaseFromEcho:
      return "lease from echo";
    case Broken::kNoTakeOver:
      return "no take-over";
    case Broken::kNoDepartures:
      return "no departures";
    case Broken::kAcknowledgesEarly:
      return "acknowledges early";
    case Broken::kNoReset:
      return "no reset";
    case Broken::kNoResetCount:
      return "no reset count";
    case Broken::kNoRegistration:
      return "no registration";
    case Broken::kKeepsUnknownParts:
      return "keeps unknown parts";
    case Broken::kTakesStale:
      return "takes stale";
    case Broken::kStaleForLonger:
      return "stale for longer";
    case Broken::kForgetsStale:
      return "forgets stale";
    case Broken::kSharesStale:
      return "shares stale";
  }
  return "";
}

namespace {

CacheCoreOptions WithFault(CacheCoreOptions options, Broken broken) {
  if (broken == Broken::kStaleForLonger) options.stale_for *= 3;
  return options;
}

}  // namespace

World::World(std::map<std::string, KeySpec> keys, CacheCoreOptions options, Broken broken)
    : keys_(std::move(keys)),
      broken_(broken),
      stale_for_(absl::ToInt64Seconds(options.stale_for)),
      cache_(std::make_unique<client::internal::CacheCore>(WithFault(std::move(options), broken),
                                                           Now())),
      type_(cache_->Type(client::internal::TypeToken::Of<Versions>())) {}

void World::Cover(int row, int version) {
  covered_[row] = std::max(covered_[row], version);
  covers_.push_back({row, version, now_});
}

Versions World::covered_for_stale() const {
  Versions covered = {};
  if (stale_for_ == 0) return covered;
  for (const Covered& each : covers_) {
    if (each.since + stale_for_ > now_) continue;
    covered[each.row] = std::max(covered[each.row], each.version);
  }
  return covered;
}

void World::CheckRead(const std::string& key, const Versions& read, const Versions& floor) {
  for (int row = 0; row < kRows; ++row) {
    if (read[row] >= 0 && read[row] < floor[row]) {
      Fail(absl::StrCat("a read of ", key, " gave versions ", absl::StrJoin(read, " "),
                        " when none older than ", absl::StrJoin(floor, " ")));
    }
  }
}

void World::CheckNothingStale() {
  for (const auto& [key, spec] : keys_) {
    const Found found = cache_->Find(key, type_, true, Now(), {});
    if (found.value == nullptr) continue;
    const Versions& cached = *static_cast<const Versions*>(found.value.get());
    for (int row = 0; row < kRows; ++row) {
      if (cached[row] >= 0 && cached[row] != database_[row]) {
        Fail(absl::StrCat("for ever stale: ", key, " is cached with versions ",
                          absl::StrJoin(cached, " "), ", the database has ",
                          absl::StrJoin(database_, " ")));
      }
    }
  }
}

void World::Fail(std::string what) {
  if (failure_.empty()) failure_ = std::move(what);
}

std::string KeyInShard(const std::string& prefix, size_t shard) {
  for (int i = 0;; ++i) {
    std::string key = absl::StrCat(prefix, i);
    if (KeyHash(key) >> 63 == shard) return key;
  }
}

}  // namespace cache_invalidation::interleaving
