// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_SOURCE_STATE_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_SOURCE_STATE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connect/postgres/lsn.h"
#include "client/connect/postgres/pgoutput.h"
#include "client/connect/postgres/relation.h"

namespace cache_invalidation::connect {

// A table that a publication lists, with what changes when it is added again.
struct PublishedTable {
  std::string root_schema = {};  // of the root for a partition, otherwise its own
  std::string root_table = {};
  std::string rows = {};  // numbers and versions of the catalog's rows

  bool operator==(const PublishedTable&) const = default;
};

struct Publication {
  std::string definition = {};                        // number and version; empty: there is none
  std::map<std::string, PublishedTable> tables = {};  // by schema.table
  bool leaves_out = false;                            // kinds of changes, or rows; not stored

  bool operator==(const Publication&) const = default;
};

struct SlotView {
  Lsn confirmed = 0;
  uint64_t retained_bytes = 0;  // log that PostgreSQL keeps for it
  bool lost = false;            // PostgreSQL has removed log that it needs
  bool active = false;          // a process reads it
};

// What a connection sees of the database before it reads the log.
struct DatabaseView {
  std::string system_id = {};
  std::string timeline = {};
  Lsn wal_end = 0;
  std::optional<SlotView> slot = {};
  Publication publication = {};
};

// What the source remembers across restarts, in a file that is written before each confirmation. So
// the confirmed position in it is never behind the slot's by our own doing.
struct SourceState {
  std::string system_id = {};
  std::string timeline = {};
  std::string slot = {};
  Lsn confirmed = 0;
  Lsn wal_end = 0;   // the furthest position that the server has named
  Commit told = {};  // the last one
  Publication publication = {};
  KnownTables tables = {};

  bool operator==(const SourceState&) const = default;
};

// Every reason for a gap, for metrics: those of GapsSince, and two that are found when the log is
// read.
inline constexpr const char* kGapReasons[] = {
    "log_went_back", "no_state",  "other_history", "other_slot", "other_system",  "publication",
    "slot_advanced", "slot_lost", "slot_missing",  "timeline",   "unreadable_log"};

// Returns why changes may not have been reported since the state was written, one reason for each
// sign; empty if there is no gap. Reasons are constant words, for metrics.
std::vector<std::string> GapsSince(const std::optional<SourceState>& state,
                                   const DatabaseView& view, absl::string_view slot);

// Returns the tables that were added to the publication, left it or were defined anew: their
// earlier or later changes are not in the log.
std::vector<PublishedTable> ChangedTables(const Publication& before, const Publication& now);

std::string FormatState(const SourceState& state);
// Fails with INVALID_ARGUMENT for any other text.
absl::StatusOr<SourceState> ParseState(absl::string_view text);

// Reads a state file. Returns nothing if there is none; fails if it cannot be read or has another
// content.
absl::StatusOr<std::optional<SourceState>> ReadState(const std::string& path);
// Replaces the file: after a crash it has the old content or the new one.
absl::Status WriteState(const std::string& path, const SourceState& state);
absl::Status RemoveState(const std::string& path);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_SOURCE_STATE_H_
