// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_ENGINE_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_ENGINE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/engine/command.h"
#include "server/engine/event.h"
#include "server/engine/limits.h"
#include "server/engine/query.h"
#include "server/engine/record.h"
#include "server/engine/result.h"

namespace cache_invalidation::engine {

struct CompiledRule;
using RemovedRules = std::vector<std::shared_ptr<const CompiledRule>>;

// What applying a command gave.
struct Applied {
  // OK, or why the command was refused: RESOURCE_EXHAUSTED if a limit is exceeded, INVALID_ARGUMENT
  // for a malformed condition. A refused command has changed nothing and emitted nothing.
  absl::Status status;
  Result result;
  // In revision order: the command's own event, then the batch if the command filled it. Views: see
  // Event.
  std::vector<Event> events;
  // Empty if nothing changed.
  Delta delta;
  // How many targets were widened, as the statistics count them.
  uint64_t widened = 0;
  // The rules that the command removed or replaced. Freeing one can take a millisecond (FreeingCost
  // in rule_set.h), so a shard frees them some at a time.
  RemovedRules removed_rules = {};
};

// When the pending batch is due. The caller submits FlushBatch{generation} at that time.
struct BatchDeadline {
  absl::Time at;
  uint64_t generation = 0;
};

struct State;

// The invalidation state of one namespace: a deterministic state machine without threads, locks,
// clock or I/O.
//
// The same commands in the same order with the same times give the same state and the same
// outcomes, deltas included, in every process. An engine rebuilt with Load from the records of
// another engine and with Replay of its retained events has the same state, including its time, the
// pending batch with its deadline, and the progress of a round of sweeping. No clock is involved:
// engine time is the `now` of the last command. Limits may differ from those of the original
// engine; a changed limit takes effect with the next command that adds to what it limits.
//
// Thread-compatible: one thread at a time, for reading as well.
class Engine {
 public:
  // `epoch`: the history that positions must belong to.
  explicit Engine(absl::string_view epoch, const Limits& limits = {});
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Applies a command at engine time `now`. Time never goes back: an earlier `now` counts as the
  // time of the last command.
  Applied Apply(const Command& command, absl::Time now);

  // Returns the result of a query. Has no effect on later commands or queries.
  Result Answer(const Query& query, absl::Time now) const;

  // The revision of the last event; 0 before the first.
  uint64_t head() const;
  // Positions below it are unknown.
  uint64_t floor() const;
  std::optional<BatchDeadline> batch_deadline() const;

  // Rebuilding: call Load once for every record in any order, then Replay for the retained events
  // in order (events up to the floor are ignored), then FinishLoad.
  void Load(const Record& record);
  void Replay(const Event& event);
  void FinishLoad();

  // Frees names of which nothing is known any more, among the first `limit` that the next Sweep
  // would visit. Not a command, because no command, query or record can observe it. Returns the
  // number of names among them that are still known, or `limit` if it reached the end of the round.
  // A Sweep with the returned number as its limit visits no name that could be freed, so its cost
  // is bounded by that number.
  uint64_t FreeNames(uint64_t limit);

  // Frees the contents of up to `limit` keys and tags, and of rules by their FreeingCost, and
  // subtracts their number from `limit`, so that destroying a large engine does not block its
  // shard. Returns false once nothing is left. After the first call the engine may only be
  // destroyed.
  bool TakeApart(uint64_t& limit);

  // Returns the whole state as text, in an order that depends only on the state.
  std::string DumpForTest() const;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_ENGINE_H_
