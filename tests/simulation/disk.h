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

// A disk that keeps exactly what a Store promises (store.h) and no more: a log of writes, of which
// a beginning has reached the device.
//
//   - A process that ends leaves what it had written; of a write that was under way, all or
//   nothing.
//   - A loss of power leaves what was synced, and of the bytes after it a beginning of random
//     length; a write of which a byte is missing is gone.
//   - A device that fails, or is full, fails the write; whether that is there later is a matter of
//     chance.
//
// One process has it open at a time.
class Disk {
 public:
  enum class Fault { kNone, kWritesFail, kSyncsFail, kFull };

  // `meanwhile` is called in the middle of every write: what else happens until it is done. It may
  // end the process.
  Disk(property::Choices& choices, Mutation mutation, std::function<void()> meanwhile)
      : choices_(choices), mutation_(mutation), meanwhile_(std::move(meanwhile)) {}

  // A store on what the log holds, for a new process.
  std::unique_ptr<storage::Store> Open();

  void Break(Fault fault) { fault_ = fault; }
  Fault fault() const { return fault_; }

  // The process ends where it stands; with LosePower the machine does.
  void EndProcess();
  void LosePower();

  // The newest writes are gone, as when an older copy is restored. REQUIRES: no process.
  void RestoreCopy(size_t lost_writes);
  // After RestoreCopy: what is gone was damaged where it stood. The store says so, as storage's
  // kEndMissingName promises.
  void SayEndIsMissing();
  // Everything is gone, as when memory was all there was. REQUIRES: no process.
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
