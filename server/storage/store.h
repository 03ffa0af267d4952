// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_STORAGE_STORE_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_STORE_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/wire/chunk.h"
#include "server/wire/row.h"

namespace cache_invalidation::storage {

// History that a starting server reads from the store at a time.
inline constexpr size_t kRecoveryReadBytes = 8 << 20;

// Changes that become visible, and durable, together. They are applied in this order: deleted
// namespaces, rows, chunks, trims, server values; within each list from front to back, so that a
// later change of a row supersedes an earlier one.
struct WriteBatch {
  struct RowChange {
    std::string namespace_name;
    wire::Row row;  // if deleted, the value is ignored
    bool deleted = false;
  };

  // Forgets the revisions up to `floor`.
  struct Trim {
    std::string namespace_name;
    uint64_t floor = 0;
  };

  // A value of the server itself, outside all namespaces. Supersedes the value of that name.
  struct ServerValue {
    std::string name;  // never empty
    std::string value;
  };

  // Loses all rows and the whole history. The rest of the batch is applied as if these namespaces
  // had never existed.
  std::vector<std::string> deleted_namespaces;
  std::vector<RowChange> rows;
  // Each chunk continues its namespace's history: with the revision after the newest, with the next
  // part of the newest, or, in a namespace without history, with any revision.
  std::vector<std::shared_ptr<const wire::Chunk>> chunks;
  // A floor is never above the newest revision. A floor at or below the last one has no effect.
  std::vector<Trim> trims;
  std::vector<ServerValue> server_values;

  bool empty() const {
    return deleted_namespaces.empty() && rows.empty() && chunks.empty() && trims.empty() &&
           server_values.empty();
  }
};

// A server value that the store sets itself when it is opened, if the end of its log is missing and
// it was either told to continue without it or not told to sync. Not empty; it stays until the
// caller has handled the loss and writes an empty value.
inline constexpr char kEndMissingName[] = "end_missing";

// The revisions floor + 1 .. head of a namespace can be read; none if they are equal. A namespace
// that never had events has {0, 0}. A trim of everything keeps the head.
struct RetainedRevisions {
  uint64_t floor = 0;
  uint64_t head = 0;

  bool operator==(const RetainedRevisions&) const = default;
};

// The position of a part in the history.
struct PartPosition {
  uint64_t revision = 0;
  uint32_t number = 0;

  auto operator<=>(const PartPosition&) const = default;
};

inline PartPosition PositionOf(const wire::Chunk::Part& part) {
  return {part.revision, part.number};
}

// The position after a part.
inline PartPosition PositionAfter(const wire::Chunk::Part& part) {
  return part.last_part ? PartPosition{part.revision + 1, 0}
                        : PartPosition{part.revision, part.number + 1};
}

// Stores the rows of every namespace's state, the chunks of its history, and some values of the
// server itself.
//
// It interprets neither rows nor shards: everything is stored by namespace. A namespace exists
// while it has rows.
//
// Guarantees, each checked by store_conformance.cc for every implementation:
//   1. A Write is visible as a whole or not at all, to readers and after a crash.
//   2. Writes survive in their order: if one survives a crash, all before it do.
//   3. A Write with Sync::kYes that returned OK survives a power failure, and so do all before it.
//   4. What was read stays valid and unchanged as long as the reader holds it.
//
// Errors: besides those named at a method, every method can fail with
//   UNAVAILABLE: the device failed. After a failed Write it is unknown whether the batch survives.
//     Every later Write returns the same error. End the process and do not read on: memory may be
//     ahead of the device.
//   DATA_LOSS: what was read is not what was written. Do not serve from it.
//
// Threads: Write from one thread at a time; everything else from any thread, also during a Write.
class Store {
 public:
  enum class Sync { kNo, kYes };

  virtual ~Store() = default;

  // Applies all batches in order as one write, with at most one sync.
  virtual absl::Status Write(absl::Span<const WriteBatch* const> batches, Sync sync) = 0;

  // Returns all namespaces in bytewise order.
  virtual absl::StatusOr<std::vector<std::string>> ListNamespaces() const = 0;

  // Calls `visit` for every row of that kind in the bytewise order of identities. The views are
  // valid during the call. All rows are of one moment, whatever is written meanwhile. The first
  // error of `visit` ends the scan and is returned. `visit` must not call the store.
  using RowVisitor =
      absl::FunctionRef<absl::Status(absl::string_view identity, absl::string_view value)>;
  virtual absl::Status ScanRows(absl::string_view namespace_name, wire::RowKind kind,
                                RowVisitor visit) const = 0;

  virtual absl::StatusOr<RetainedRevisions> Retained(absl::string_view namespace_name) const = 0;

  // Returns the chunk that contains the part at `from`, and those after it, in order: as many as
  // fit in `max_bytes` together, but at least one. Empty if `from` is beyond the last part. The
  // first chunk can begin with parts before `from`, even at or below the floor: skip them. Fails
  // with OUT_OF_RANGE if `from` is at or below the floor: its subscribers need a Reset.
  virtual absl::StatusOr<std::vector<std::shared_ptr<const wire::Chunk>>> ReadChunks(
      absl::string_view namespace_name, PartPosition from, size_t max_bytes) const = 0;

  // Absent if it was never written.
  virtual absl::StatusOr<std::optional<std::string>> ReadServerValue(
      absl::string_view name) const = 0;
};

// The highest revision given to a namespace that has since been deleted. Nothing else is kept of
// deleted namespaces: new ones begin after it, so that a position of a deleted namespace is never
// valid for its successor (docs/adr/0016-deleted-namespaces.md).
//
// Each shard stores it for its own namespaces, in its own server value, because shards do not wait
// for each other. At startup the highest value counts, whatever the number of shards was.

// The value that shard number `shard` stores. REQUIRES: shard < 1,024.
WriteBatch::ServerValue DeletedRevisionOf(size_t shard, uint64_t revision);

// Returns 0 if no namespace was ever deleted. Fails with DATA_LOSS if a value is malformed, and
// with the errors of the store.
absl::StatusOr<uint64_t> HighestDeletedRevision(const Store& store);

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_STORE_H_
