// SPDX-License-Identifier: Apache-2.0

// EngineScript: drives an engine in tests with one line per command, and formats the events as one
// line per invalidation.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_TESTING_ENGINE_SCRIPT_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_TESTING_ENGINE_SCRIPT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/engine/engine.h"

namespace cache_invalidation::engine {

// `1 EVICT tag user:42 <DIRECT>`, one per invalidation; the first word is the revision. Causes are
// written `STEP` or `STEP(name)`, followed by `~` if widened.
std::vector<std::string> Lines(const Event& event);
std::vector<std::string> Lines(const std::vector<Event>& events);

// One engine with its own time, which only Advance moves. Thread-compatible.
class EngineScript {
 public:
  static constexpr char kEpoch[] = "epoch";
  using Names = std::vector<absl::string_view>;
  using Out = std::vector<std::string>;

  explicit EngineScript(const Limits& limits = {}) : engine_(kEpoch, limits) {}

  Engine& engine() { return engine_; }
  absl::Time now() const { return now_; }
  void Advance(absl::Duration by) { now_ += by; }

  // The result to the last command. REQUIRES: the result is of that type.
  template <typename T>
  const T& result() const {
    return std::get<T>(applied_.result);
  }
  const Applied& applied() const { return applied_; }
  // What moved since the fill of the last Track; empty if it was kept.
  const std::string& moved() const { return result<TrackEntriesResult>().results.at(0).moved; }

  // Applies a command and returns the lines of its events. Fails the test if the command is
  // refused.
  Out Do(const Command& command);
  template <typename T>
  T Ask(const Query& query) {
    return std::get<T>(engine_.Answer(query, now_));
  }
  InvalidationStats Stats() { return Ask<InvalidationStats>(GetInvalidationStats{}); }

  Out Write(absl::string_view type, absl::string_view id, Names tags = {});
  Out Invalidate(Names tags, Names keys = {}, Strategy strategy = Strategy::kImmediate);
  Out InvalidatePattern(absl::string_view pattern, Strategy strategy = Strategy::kImmediate);
  Out InvalidateEverything(Strategy strategy = Strategy::kImmediate);
  // `on_keys` and `on_tags` become DependencyNames::keys and ::tags.
  Out Depend(absl::string_view key, Names on_keys, Names on_tags = {});
  Out Track(absl::string_view key, Names tags, Names on_keys = {});
  Out TrackAt(uint64_t position, absl::string_view key, Names tags, Names on_keys = {});
  // Returns FRESH, STALE or ABSENT.
  std::string Lookup(absl::string_view key);
  // Submits the batch's timer if it is due.
  Out RunTimer();

 private:
  Engine engine_;
  absl::Time now_ = absl::FromUnixSeconds(1'000'000'000);
  Applied applied_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_TESTING_ENGINE_SCRIPT_H_
