#ifndef CACHE_INVALIDATION_SERVER_CORE_PERSISTENCE_H_
#define CACHE_INVALIDATION_SERVER_CORE_PERSISTENCE_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/core/epoch.h"
#include "server/delivery/lease_record.h"
#include "server/storage/store.h"

namespace cache_invalidation {

// What a server stores, and where.
struct PersistenceOptions {
  Durability durability = Durability::kMemory;
  // The directory of the store; created if it is missing, its parent must exist. Empty with
  // kMemory, and only then.
  std::string data_dir;
  // See storage::RocksdbOptions.
  size_t memory_bytes = 64 << 20;
  // The store is not what the last run left (restored from a copy, repaired): begin a new epoch,
  // and use what can be read.
  bool new_epoch = false;
  // For tests; empty: the machine's.
  std::string boot_id;
};

// The store of a server, and the history that its run continues or begins.
//
// Thread-compatible.
class Persistence {
 public:
  // Errors are those of storage::RocksdbStore::Open and of the store.
  static absl::StatusOr<Persistence> Open(const PersistenceOptions& options);

  // The same on a store that is open already. `new_epoch`: the name of a history that begins here,
  // which must be unique.
  static absl::StatusOr<Persistence> On(std::unique_ptr<storage::Store> store,
                                        const PersistenceOptions& options, std::string new_epoch);

  storage::Store& store() const { return *store_; }
  // Whether the writes of the run are synced.
  storage::Store::Sync sync() const;

  const std::string& epoch() const { return run_.epoch; }
  EpochDecision decision() const { return decision_; }
  // The store may hold entries whose invalidation was lost: everything has to be invalidated before
  // any request is served.
  bool distrusts_entries() const { return decision_ != EpochDecision::kGoesOn; }

  // The leases that earlier servers granted and that may still run at `now`, as Clock::Monotonic.
  // Uses the store's record, unless there is none or the store is not what the last run left.
  // `at_most`: an upper bound that the operator knows.
  delivery::EarlierLeases EarlierLeases(absl::Duration at_most, absl::Duration now) const;

  // The record that the run has begun; empty if nothing is kept. It must be durable before the
  // epoch is sent to anybody, but not before distrusted entries have been invalidated.
  storage::WriteBatch RunBegins() const;

  // Records that the run has ended, with everything it wrote on the device. REQUIRES: RunBegins is
  // durable, and nothing else is written any more.
  absl::Status RunEndsCleanly();

 private:
  Persistence(std::unique_ptr<storage::Store> store, RunRecord run, EpochDecision decision,
              bool end_missing, absl::Duration noted_lease);

  absl::Duration longest_earlier_lease() const;

  std::unique_ptr<storage::Store> store_;
  RunRecord run_;
  EpochDecision decision_;
  bool end_missing_;            // according to the store, until the run has begun
  absl::Duration noted_lease_;  // the longest one on record in the store; zero: none
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_CORE_PERSISTENCE_H_
