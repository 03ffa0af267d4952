// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_SOURCE_PROGRESS_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_SOURCE_PROGRESS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "client/connect/postgres/lsn.h"
#include "client/connect/postgres/transaction_assembler.h"
#include "client/connect/postgres/visibility.h"

namespace cache_invalidation::connect {

// How far one connection to the log has come: what may be confirmed to PostgreSQL.
//
// Each transaction is reported as soon as it is read. If new readers could not see it then, it is
// kept and reported again when they can. It is settled when its last command has a result, and
// every earlier one is settled.
//
// Invariants:
//   1. confirmable() is the end of a settled transaction whose predecessors are all settled, or a
//      later position up to which the server had nothing for us.
//   2. It never goes backwards, and is never a position that this connection has not received.
//
// Memory: what waits for results, which the caller bounds by pending_commands() and
// pending_bytes(), and what waits to be visible: beyond kMaxHeldBytes that is merged and widened.
// Pure, thread-compatible.
class SourceProgress {
 public:
  static constexpr size_t kMaxHeld = 1'000;
  static constexpr size_t kMaxHeldBytes = 2 << 20;
  static constexpr size_t kMaxEntries = 8'192;

  // Adds a transaction that was read after all others. `snapshot` was taken after that. Returns its
  // number.
  uint64_t Add(const Transaction& transaction, const Snapshot& snapshot);

  // Adds everything, reported because of a gap. It is reported again when all transactions that
  // `gap` saw running have ended.
  uint64_t AddGap(const Snapshot& gap);

  // So many commands, of so many bytes, were sent for it.
  void Sent(uint64_t number, size_t commands, size_t bytes, absl::Duration now);
  // One of them, the oldest, has its result.
  void Answer(uint64_t number);

  // What must be reported again.
  struct Again {
    uint64_t number = 0;
    Transaction transaction;
  };
  // Returns what has become visible: the caller reports it again.
  std::vector<Again> BecomeVisible(const Snapshot& snapshot);
  bool waits_for_visibility() const { return held_ > 0; }

  // The server has sent everything up to this position; no transaction is open.
  void Reach(Lsn end);

  // Returns the commits that are settled, in order, and forgets them. Of very many that waited for
  // one that was not visible, it returns the last.
  std::vector<Commit> Settle();

  Lsn confirmable() const { return confirmable_; }
  size_t pending_commands() const { return pending_commands_; }
  size_t pending_bytes() const { return pending_bytes_; }
  bool is_idle() const { return entries_.empty(); }
  size_t entries() const { return entries_.size(); }
  // When the oldest transaction without all results was sent; none: infinite future.
  absl::Duration waiting_since() const;
  // The oldest commit that is not settled.
  absl::Time oldest_commit() const;

 private:
  struct Held {
    Transaction transaction;
    size_t bytes = 0;
    std::optional<uint32_t> xid;  // if it is one transaction
    Snapshot read;                // of when the last one was read
  };
  struct Entry {
    uint64_t number = 0;
    Commit commit;
    Lsn reached = 0;
    size_t commands = 0;  // without a result
    size_t bytes = 0;     // of those
    absl::Duration sent;  // the first of those
    std::optional<Held> held = {};

    bool is_settled() const { return commands == 0 && !held.has_value(); }
  };

  Entry& Find(uint64_t number);
  Entry& Append(const Commit& commit);
  void Hold(Held held, Entry& entry);
  // Joins neighbours that only wait for an earlier entry.
  void Compact();

  uint64_t next_ = 1;
  std::deque<Entry> entries_;  // unsettled
  Lsn confirmable_ = 0;
  size_t held_ = 0;  // entries with `held`
  size_t held_bytes_ = 0;
  size_t pending_commands_ = 0;
  size_t pending_bytes_ = 0;
};

// The encoded size of what is reported of a transaction.
size_t BytesOf(const Transaction& transaction);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_SOURCE_PROGRESS_H_
