// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_VISIBILITY_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_VISIBILITY_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"

namespace cache_invalidation::connect {

// Which transactions new readers of the database can see.
//
// A commit is in the log before others can see it: the server ends the transaction after it has
// written the log and, with synchronous_standby_names, after the standby has answered. A cache that
// is reported in between misses, loads the old row, and is not reported again. Immutable,
// thread-safe.
class Snapshot {
 public:
  // Sees nothing.
  Snapshot() = default;

  // Parses what pg_current_snapshot() returns, `xmin:xmax:xip,xip`. Returns nothing for any other
  // text.
  static std::optional<Snapshot> Parse(absl::string_view text);

  // Whether a committed transaction is visible. `xid` has the 32 bits that the log has, of a
  // transaction within 2^31 of this snapshot.
  bool Sees(uint32_t xid) const;

  // Whether every transaction that `earlier` saw running, or that began before it, has ended.
  bool HasSeenTheEndOf(const Snapshot& earlier) const { return xmin_ >= earlier.xmax_; }

 private:
  uint64_t xmin_ = 0;              // every earlier one has ended
  uint64_t xmax_ = 0;              // this one and later ones have not
  std::vector<uint64_t> running_;  // in between; sorted
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_VISIBILITY_H_
