// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_WAL2JSON_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_WAL2JSON_H_

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/change/type_mapping.h"
#include "client/json_text/json_text.h"
#include "client/widening.h"

namespace cache_invalidation::cachectl {

// Converts the lines of PostgreSQL's wal2json (format version 2, with include-pk) to transactions.
// docs/change-mapping.md lists which line becomes which write.
//
// An unreadable line is counted and taken for an unknown change: of the whole table if it names
// one, otherwise of everything. Transactions of any size use bounded memory. Thread-compatible.
class Wal2JsonReader {
 public:
  explicit Wal2JsonReader(change::TypeMapping types = {}) : types_(std::move(types)) {}

  // Adds a line. Returns a transaction once it is complete; it may have no writes. A change outside
  // of a transaction is a transaction of its own. Fails with INVALID_ARGUMENT, and ignores the
  // line, if the output plugin runs without the options that are needed.
  absl::StatusOr<std::optional<client::WidenedWrites>> Add(absl::string_view line);

  // Ends the input. Returns the part that was read of an incomplete transaction: wal2json writes
  // committed changes only.
  std::optional<client::WidenedWrites> Finish();

  // Whether a transaction has begun and not ended.
  bool inside() const { return inside_; }

  // The number of unreadable lines, and why the last line is unreadable; OK if it is not.
  uint64_t unreadable_lines() const { return unreadable_lines_; }
  const absl::Status& why_unreadable() const { return why_unreadable_; }

 private:
  void TakeUnreadable(absl::string_view line, const JsonText& read, absl::Status why);

  change::TypeMapping types_;
  bool inside_ = false;  // of a transaction
  client::WriteCollector collector_{{.widen_malformed_names = true}};
  uint64_t unreadable_lines_ = 0;
  absl::Status why_unreadable_;
};

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_WAL2JSON_H_
