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

// Turns the lines of PostgreSQL's wal2json (format version 2, with include-pk) into transactions.
// docs/change-mapping.md says which line becomes which write.
//
// A line that cannot be read stands for a change that nobody knows: it concerns the whole table
// that it names, otherwise everything, and is counted. Transactions are kept in bounded memory,
// whatever their size. Thread-compatible.
class Wal2JsonReader {
 public:
  explicit Wal2JsonReader(change::TypeMapping types = {}) : types_(std::move(types)) {}

  // Takes a line. Returns a transaction when it is complete, which may have no writes; a change
  // outside of a transaction is one by itself. INVALID_ARGUMENT: the output plugin does not run
  // with the options that are needed; nothing of the line was taken.
  absl::StatusOr<std::optional<client::WidenedWrites>> Add(absl::string_view line);

  // The input has ended. Returns what it has of a transaction that was cut off: wal2json tells only
  // what was committed.
  std::optional<client::WidenedWrites> Finish();

  // Whether a transaction has begun and not ended.
  bool inside() const { return inside_; }

  // How many lines could not be read, and why the last line could not; OK if it could.
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
