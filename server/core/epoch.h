#ifndef CACHE_INVALIDATION_SERVER_CORE_EPOCH_H_
#define CACHE_INVALIDATION_SERVER_CORE_EPOCH_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// What an acknowledged write survives.
enum class Durability {
  kMemory,  // nothing: state and history end with the process
  kAsync,   // the end of the process; that of the machine only if the system has written it out
  kSync,    // the end of the machine
};

// "memory", "async", "sync".
absl::string_view DurabilityName(Durability durability);
std::optional<Durability> DurabilityOfName(absl::string_view name);

// The store's record of a run of the server: written when the run begins, and again when it has
// ended cleanly.
struct RunRecord {
  std::string epoch;
  Durability durability = Durability::kSync;
  // Identifies the boot of the machine that it ran on; empty: unknown.
  std::string boot_id;
  // Everything that it acknowledged has reached the device.
  bool stopped_cleanly = false;

  bool operator==(const RunRecord&) const = default;
};

// The name of its value in the store, and the value.
inline constexpr char kRunRecordName[] = "run";
std::string EncodeRunRecord(const RunRecord& record);
// Absent if it cannot be decoded: then nothing is known of the run.
std::optional<RunRecord> DecodeRunRecord(absl::string_view value);

// Whether the history of the last run is continued, or why not.
enum class EpochDecision {
  kGoesOn,
  kNothingKept,    // this run keeps nothing, and continues nothing
  kNothingStored,  // there is no last run
  kAsked,          // the operator declares that the store is not what the last run left
  kTailLost,       // some of what the last run acknowledged may be missing
  kEndMissing,     // some of what the last run acknowledged is missing
};

// A revision that a subscriber may have seen must never be given to another event of the same
// epoch. So an epoch is continued only if the store is known to hold everything that the last run
// acknowledged: the run synced all of it, or was stopped cleanly, or ran since the last boot of the
// machine (writes that the system has not written out survive the end of a process, not that of the
// machine); and if no part of the store is missing, as files can be damaged. `last`: absent if
// there is none. `end_missing`: see storage::kEndMissingName.
EpochDecision DecideEpoch(const std::optional<RunRecord>& last, Durability durability,
                          absl::string_view boot_id, bool new_epoch_asked, bool end_missing);

// Text for operators, to follow "epoch X ": "goes on", "is new: ...".
absl::string_view Explanation(EpochDecision decision);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_CORE_EPOCH_H_
