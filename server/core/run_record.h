// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_CORE_RUN_RECORD_H_
#define CACHE_INVALIDATION_SERVER_CORE_RUN_RECORD_H_

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

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_SERVER_CORE_RUN_RECORD_H_
