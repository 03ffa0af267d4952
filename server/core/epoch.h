#ifndef CACHE_INVALIDATION_SERVER_CORE_EPOCH_H_
#define CACHE_INVALIDATION_SERVER_CORE_EPOCH_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// What an answered write survives.
enum class Durability {
  kMemory,  // nothing: state and history end with the process
  kAsync,   // the end of the process; of the machine only what it had written out by itself
  kSync,    // the end of the machine
};

// "memory", "async", "sync".
absl::string_view DurabilityName(Durability durability);
std::optional<Durability> DurabilityOfName(absl::string_view name);

// What the store notes about a run of the server: when it begins, and once more when it has ended
// well.
struct RunRecord {
  std::string epoch;
  Durability durability = Durability::kSync;
  // Which start of which machine it ran on; empty: unknown.
  std::string boot_id;
  // Everything it answered has reached the device.
  bool stopped_cleanly = false;

  bool operator==(const RunRecord&) const = default;
};

// The name of its value in the store, and the value.
inline constexpr char kRunRecordName[] = "run";
std::string EncodeRunRecord(const RunRecord& record);
// Absent if it cannot be read: then nothing is known of the run.
std::optional<RunRecord> DecodeRunRecord(absl::string_view value);

// Whether the history of the last run goes on, or why not.
enum class EpochDecision {
  kGoesOn,
  kNothingKept,    // this run keeps nothing, nor continues anything
  kNothingStored,  // there is no last run
  kAsked,          // the operator says that the store is not what the last run left
  kTailLost,       // what the last run answered may not all be there
  kEndMissing,     // what the last run answered is not all there
};

// A revision that a subscriber may have seen must never be given to another event of the same
// epoch. So an epoch goes on only if the store is known to hold everything that the last run
// answered: it synced all of it, or was stopped cleanly, or ran since the last start of the machine
// (what the system has not written out by itself survives the end of a process, not that of the
// machine); and if the store itself misses nothing, for files can be damaged. `last`: absent if
// there is none. `end_missing`: see storage::kEndMissingName.
EpochDecision DecideEpoch(const std::optional<RunRecord>& last, Durability durability,
                          absl::string_view boot_id, bool new_epoch_asked, bool end_missing);

// For people, to follow "epoch X ": "goes on", "is new: ...".
absl::string_view Explanation(EpochDecision decision);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_CORE_EPOCH_H_
