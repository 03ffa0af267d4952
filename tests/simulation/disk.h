// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_DISK_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_DISK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "server/storage/store.h"
#include "tests/property/choices.h"
#include "tests/simulation/mutation.h"

namespace cache_invalidation::simulation {

// A disk that keeps exactly what a Store guarantees (store.h) and no more: a log of writes, of
// which a prefix has reached the device.
//
//   - When a process ends, its finished writes are kept; a pending write is kept as a whole or not
//     at all.
//   - When power is lost, synced writes are kept, and of the bytes after them a prefix of random
//     length; a write of which a byte is missing is lost.
//   - A device that fails, or is full, fails the write; whether the write is kept is random.
//
// Only one process may have it open at a time.
class Disk {
 public:
  enum class Fault { kNone, kWritesFail, kSyncsFail, kFull };

  // `meanwhile` is called in the middle of every write: it does what happens concurrently, and may
  // end the process.
  Disk(property::Choices& choices, Mutation mutation, std::function<void()> meanwhile)
      : choices_(choices), mutation_(mutation), meanwhile_(std::move(meanwhile)) {}

  // A store with the contents of the log, for a new process.
  std::unique_ptr<storage::Store> Open();

  void Break(Fault fault) { fault_ = fault; }
  Fault fault() const { return fault_; }

  // The process crashes; with LosePower the machine does.
  void EndProcess();
  void LosePower();

  // Drops the newest writes, as when an older copy is restored. REQUIRES: no process.
  void RestoreCopy(size_t lost_writes);
  // After RestoreCopy: the writes were lost by damage. The store reports that, as storage's
  // kEndMissingName guarantees.
  void SayEndIsMissing();
  // Drops everything, like a store in memory. REQUIRES: no process.
  void Clear();

  // How many writes the log holds.
  size_t writes() const { return log_.size(); }

 private:
  friend class DiskStore;

  struct Written {
    std::vector<storage::WriteBatch> batches;
    uint64_t end = 0;  // in bytes, from the beginning of the log
  };

  absl::Status Write(absl::Span<const storage::WriteBatch* const> batches, bool sync);
  void Append(absl::Span<const storage::WriteBatch* const> batches);
  void Tear();

  property::Choices& choices_;
  const Mutation mutation_;
  const std::function<void()> meanwhile_;
  std::vector<Written> log_;
  size_t synced_ = 0;  // writes
  bool under_way_ = false;
  bool process_ended_ = false;
  Fault fault_ = Fault::kNone;
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_DISK_H_
