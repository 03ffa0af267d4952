// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_CORE_PERSISTENCE_H_
#define CACHE_INVALIDATION_SERVER_CORE_PERSISTENCE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/core/run_record.h"
#include "server/delivery/lease_record.h"
#include "server/storage/store.h"

namespace cache_invalidation {

namespace storage {
class RocksdbStore;
}  // namespace storage

// Whether the history of the last run is continued, or why not.
enum class EpochDecision {
  kGoesOn,
  kNothingKept,    // this run keeps nothing, and continues nothing
  kNothingStored,  // there is no last run
  kAsked,          // the operator declares that the store is not what the last run left
  kTailLost,       // some of what the last run acknowledged may be missing
  kEndMissing,     // some of what the last run acknowledged is missing
  kCopied,         // the store is a copy: the original may have gone on
};

// A revision that a subscriber may have seen must never be given to another event of the same
// epoch. So an epoch is continued only if the store is known to hold everything that the last run
// acknowledged: the run synced all of it, or was stopped cleanly, or ran since the last boot of the
// machine (writes that the system has not written out survive the end of a process, not that of the
// machine); if no part of the store is missing, as files can be damaged; and if it is not a copy.
// `last`: absent if there is none. `end_missing`: see storage::kEndMissingName. `copied`: see
// storage::kCopiedName.
EpochDecision DecideEpoch(const std::optional<RunRecord>& last, Durability durability,
                          absl::string_view boot_id, bool new_epoch_asked, bool end_missing,
                          bool copied);

// Text for operators, to follow "epoch X ": "goes on", "is new: ...".
absl::string_view Explanation(EpochDecision decision);

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
  // See storage::RocksdbOptions.
  std::function<void(absl::string_view message)> on_store_error = nullptr;
};

// The store of a server, and the history that its run continues or begins.
//
// Thread-compatible; CopyStore can be called by another thread.
class Persistence {
 public:
  // Errors are those of storage::RocksdbStore::Open and of the store.
  static absl::StatusOr<Persistence> Open(const PersistenceOptions& options);

  // The same on a store that is open already. `new_epoch`: the name of a history that begins here,
  // which must be unique.
  static absl::StatusOr<Persistence> On(std::unique_ptr<storage::Store> store,
                                        const PersistenceOptions& options, std::string new_epoch);

  storage::Store& store() const { return *store_; }
  // Makes a copy of the store, as storage::RocksdbStore::Copy does. FAILED_PRECONDITION if nothing
  // is kept.
  absl::StatusOr<std::string> CopyStore() const;
  // Whether the writes of the run are synced.
  storage::Store::Sync sync() const {
    return run_.durability == Durability::kSync ? storage::Store::Sync::kYes
                                                : storage::Store::Sync::kNo;
  }

  const std::string& epoch() const { return run_.epoch; }
  EpochDecision decision() const { return decision_; }
  // The store may hold entries whose invalidation was lost: everything has to be invalidated before
  // any request is served.
  bool distrusts_entries() const { return decision_ != EpochDecision::kGoesOn; }

  // The leases that earlier servers granted and that may still run at `now`, as Clock::Monotonic.
  // Uses the store's record, unless there is none or the store is not what the last run left: then
  // there may be leases of kMaxLease. `at_most`: an upper bound that the operator knows. Without
  // one, a store that was empty when it was opened leaves a doubt: it may be the first server's, or
  // an earlier server may have had another store. The doubt is on record until it has passed.
  delivery::EarlierLeases EarlierLeases(std::optional<absl::Duration> at_most,
                                        absl::Duration now) const;

  // The record that the run has begun; empty if nothing is kept. It must be durable before the
  // epoch is sent to anybody, but not before distrusted entries have been invalidated. It notes
  // what is assumed of earlier leases, as the next start may be within a minute and know less.
  storage::WriteBatch RunBegins(const delivery::EarlierLeases& earlier) const;

  // Records that the run has ended, with everything it wrote on the device. REQUIRES: RunBegins is
  // durable, and nothing else is written any more.
  absl::Status RunEndsCleanly();

 private:
  Persistence(std::unique_ptr<storage::Store> store, RunRecord run, EpochDecision decision,
              std::vector<std::string> findings, absl::Duration noted_lease,
              absl::Duration noted_doubt, bool was_empty);

  absl::Duration longest_earlier_lease() const;

  std::unique_ptr<storage::Store> store_;
  RunRecord run_;
  EpochDecision decision_;
  const storage::RocksdbStore* copied_from_ = nullptr;  // store_, if it can be copied
  // What the store has found about itself, by the names of its values, until the run has begun.
  std::vector<std::string> findings_;
  absl::Duration noted_lease_;  // the longest one on record in the store; zero: none
  absl::Duration noted_doubt_;  // the same for EarlierLeases::doubt_longest
  bool was_empty_;              // nothing had ever been stored, and the operator expects nothing
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_CORE_PERSISTENCE_H_
