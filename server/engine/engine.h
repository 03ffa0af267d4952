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
#include "server/engine/reply.h"

namespace cache_invalidation::engine {

// What a command did.
struct Outcome {
  // OK, or why the command was refused: RESOURCE_EXHAUSTED at a limit, INVALID_ARGUMENT for a
  // malformed condition. A refused command changed nothing and emitted nothing.
  absl::Status status;
  Reply reply;
  // In revision order: the command's own event, then a batch that it filled. Views: see Event.
  std::vector<Event> events;
  // Empty if nothing changed.
  Delta delta;
  // How many targets came to stand for something narrower, as the statistics count them.
  uint64_t widened = 0;
};

// The flush that is due next, if anything is pending. Whoever drives the engine submits
// FlushBatch{generation} at that time.
struct BatchDeadline {
  absl::Time at;
  uint64_t generation = 0;
};

struct State;

// The invalidation state of one namespace: a deterministic state machine without threads, locks,
// clock or I/O.
//
// The same commands in the same order with the same times give the same state and the same
// outcomes, deltas included, in every process. An engine built by Load from the records of another,
// and by Replay of its retained events, is in the state of that one: its time, what is pending and
// when that is due, and where a round of sweeping stands. No clock takes part: engine time is what
// the last command said, and the next one says how much has passed since. Its limits may be others;
// they count from the next command on that adds to what they limit.
//
// Thread-compatible: one thread at a time, reading included.
class Engine {
 public:
  // `epoch`: the history that positions must belong to.
  explicit Engine(absl::string_view epoch, const Limits& limits = {});
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Applies a command at engine time `now`, which never goes back (an earlier time counts as the
  // last one).
  Outcome Apply(const Command& command, absl::Time now);

  // Answers a query. Never changes what any later command or query answers.
  Reply Answer(const Query& query, absl::Time now) const;

  // The revision of the last event; 0 before the first.
  uint64_t head() const;
  // Positions below it are unknown.
  uint64_t floor() const;
  std::optional<BatchDeadline> batch_deadline() const;

  // Rebuilding: every record once in any order, then the retained events in order (those up to the
  // floor are passed over), then FinishLoad.
  void Load(const Record& record);
  void Replay(const Event& event);
  void FinishLoad();

  // Frees the names, among the first `limit` that the next Sweep would come by, of which nothing is
  // known any more. No command, query or record can tell whether that was done, so it is no command
  // itself. Answers how many of them were not freed; `limit` if it came to the end of the round. A
  // Sweep with that limit comes by no name that could be freed, so its cost is bounded by it.
  uint64_t FreeNames(uint64_t limit);

  // Frees what so many of its keys and tags hold, and takes them from the limit, so that no shard
  // is held by a destructor that has all to free. False once that was the last. From the first time
  // on the engine may only be destroyed.
  bool TakeApart(uint64_t& limit);

  // The whole state as text, in an order that depends on nothing but the state.
  std::string DumpForTest() const;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_ENGINE_H_
