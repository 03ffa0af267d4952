#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_WAL2JSON_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_WAL2JSON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/json_text/json_text.h"
#include "client/write_event.h"

namespace cache_invalidation::cachectl {

// Turns the lines of PostgreSQL's wal2json (format version 2) into write events, one list for each
// transaction. tests/data/README.md says which line becomes which write. Thread-compatible.
class Wal2JsonReader {
 public:
  // Takes a line. Answers the writes of a transaction when it is complete, which may be none; a
  // change outside of a transaction is one by itself. INVALID_ARGUMENT: the line is not one of
  // wal2json; nothing of it was taken.
  absl::StatusOr<std::optional<std::vector<client::WriteEvent>>> Add(absl::string_view line);

  // The input has ended. wal2json tells only what was committed, so a transaction that was cut off
  // is handed out, too: invalidating too much is harmless.
  std::optional<std::vector<client::WriteEvent>> Finish();

 private:
  bool inside_ = false;  // of a transaction
  std::vector<client::WriteEvent> writes_;
};

// The writes of one change (an I, U, D or T line): one, or two if the primary key changed.
// INVALID_ARGUMENT: not such a line.
absl::StatusOr<std::vector<client::WriteEvent>> WritesOfChange(const JsonText& change);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_WAL2JSON_H_
