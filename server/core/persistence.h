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

// What a server keeps beyond its end, and where.
struct PersistenceOptions {
  Durability durability = Durability::kMemory;
  // Where the store is; made if it is missing, its parent must exist. Empty with kMemory, and only
  // then.
  std::string data_dir;
  // See storage::RocksdbOptions.
  size_t memory_bytes = 64 << 20;
  // The store is not what the last run left (restored from a copy, repaired): begin a new epoch,
  // and take what can be read.
  bool new_epoch = false;
  // For tests; empty: the machine's.
  std::string boot_id;
};

// The store that a server stands on, and the history that it continues or begins.
//
// Thread-compatible.
class Persistence {
 public:
  // Errors are those of storage::RocksdbStore::Open and of the store.
  static absl::StatusOr<Persistence> Open(const PersistenceOptions& options);

  // The same on a store that is open already. `new_epoch`: what a history that begins here is
  // called; nobody else may ever use it.
  static absl::StatusOr<Persistence> On(std::unique_ptr<storage::Store> store,
                                        const PersistenceOptions& options, std::string new_epoch);

  storage::Store& store() const { return *store_; }
  // What every write of the run asks of the store.
  storage::Store::Sync sync() const;

  const std::string& epoch() const { return run_.epoch; }
  EpochDecision decision() const { return decision_; }
  // The store may hold entries of which an invalidation was lost: before anything is answered, all
  // of it is to be invalidated.
  bool distrusts_entries() const { return decision_ != EpochDecision::kGoesOn; }

  // Which leases that earlier servers granted may still run at `now`, as Clock::Monotonic. What the
  // store says counts, unless it is not what the last run left, or says nothing. `at_most`: the
  // operator may know that there are only shorter ones.
  delivery::EarlierLeases EarlierLeases(absl::Duration at_most, absl::Duration now) const;

  // What says that the run has begun; nothing if nothing is kept. It is to be durable before
  // anybody hears of the epoch, but not before the entries that are not trusted are gone.
  storage::WriteBatch RunBegins() const;

  // Notes that the run has ended, and that everything it wrote has reached the device. REQUIRES:
  // RunBegins is durable, nothing else is written any more.
  absl::Status RunEndsCleanly();

 private:
  Persistence(std::unique_ptr<storage::Store> store, RunRecord run, EpochDecision decision,
              bool end_missing, absl::Duration noted_lease);

  absl::Duration longest_earlier_lease() const;

  std::unique_ptr<storage::Store> store_;
  RunRecord run_;
  EpochDecision decision_;
  bool end_missing_;            // the store says so, until the run has begun
  absl::Duration noted_lease_;  // the longest one that the store says was granted; zero: nothing
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_CORE_PERSISTENCE_H_
