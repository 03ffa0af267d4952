#include "server/flag_ranges.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/limits.h"

namespace cache_invalidation {
namespace {

// Maximum of `--max_request_bytes`: a mailbox holds a few such requests.
constexpr size_t kLargestRequestBytes = kMaxMailboxBytes / 4;
// Maximum of flags for bytes or counts that have no other bound: sums of such numbers stay far from
// overflow.
constexpr uint64_t kLargestFlagValue = uint64_t{1} << 40;
// Maximum of flags for durations.
constexpr absl::Duration kLargestFlagDuration = absl::Hours(24 * 3650);

struct NumberRange {
  const char* flag;
  uint64_t value;
  uint64_t least;
  uint64_t most;
};

struct TimeRange {
  const char* flag;
  absl::Duration value;
  absl::Duration least;
  absl::Duration most;
};

// Requests with names of the greatest length fit.
constexpr uint64_t kLeastRequestBytes = 4 << 10;
// With less there is no history: fills are checked against it, and would all be refused.
constexpr uint64_t kLeastRetentionBytes = 64 << 10;
constexpr absl::Duration kLeastRetentionAge = absl::Seconds(1);
constexpr uint64_t kLeastStoreBytes = 1 << 20;
// An empty server uses about 30 MB.
constexpr uint64_t kLeastMemoryBytes = 64 << 20;
// More frequent heartbeats cost CPU for each subscriber, for no benefit.
constexpr absl::Duration kLeastHeartbeat = absl::Milliseconds(100);

absl::Status CheckNumber(const NumberRange& range) {
  if (range.value >= range.least && range.value <= range.most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--", range.flag, ": expected ", range.least,
                                                 " to ", range.most, ", got ", range.value));
}

absl::Status CheckTime(const TimeRange& range) {
  if (range.value >= range.least && range.value <= range.most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", range.flag, ": expected ", absl::FormatDuration(range.least), " to ",
                   absl::FormatDuration(range.most), ", got ", absl::FormatDuration(range.value)));
}

}  // namespace

absl::Status CheckRanges(const ParsedFlags& flags) {
  const ServerOptions& options = flags.options;
  const NumberRange numbers[] = {
      {"shards", options.shards, 1, kMaxShards},
      {"max_request_bytes", options.max_request_bytes, kLeastRequestBytes, kLargestRequestBytes},
      {"max_namespaces", options.max_namespaces, 1, kLargestFlagValue},
      {"max_entries_per_namespace", options.limits.entries, 1, kLargestFlagValue},
      {"max_entry_parts_per_namespace", options.limits.entry_parts, 1, kLargestFlagValue},
      {"max_subscriptions", options.max_subscriptions, 1, kLargestFlagValue},
      {"event_cache_bytes", options.event_cache_bytes, 0, kLargestFlagValue},
      {"event_retention_bytes", options.event_retention.bytes, kLeastRetentionBytes,
       kLargestFlagValue},
      {"store_memory_bytes", options.persistence.memory_bytes, kLeastStoreBytes, kLargestFlagValue},
  };
  for (const NumberRange& range : numbers) {
    if (absl::Status status = CheckNumber(range); !status.ok()) return status;
  }
  const TimeRange times[] = {
      {"event_retention_age", options.event_retention.age, kLeastRetentionAge,
       kLargestFlagDuration},
      {"heartbeat", options.heartbeat, kLeastHeartbeat, absl::Hours(1)},
      {"longest_earlier_lease", options.longest_earlier_lease, absl::ZeroDuration(), kMaxLease},
      {"shutdown_grace", flags.shutdown_grace, absl::ZeroDuration(), kLargestFlagDuration},
  };
  for (const TimeRange& range : times) {
    if (absl::Status status = CheckTime(range); !status.ok()) return status;
  }
  if (options.max_memory_bytes == 0) return absl::OkStatus();
  return CheckNumber(
      {"max_memory", options.max_memory_bytes, kLeastMemoryBytes, kLargestFlagValue});
}

}  // namespace cache_invalidation
