// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_FAKES_FAULTY_STORE_H_
#define CACHE_INVALIDATION_TESTS_FAKES_FAULTY_STORE_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"
#include "server/storage/memory_store.h"
#include "server/storage/store.h"

namespace cache_invalidation {

// An in-memory store whose device a test can break or block, and that counts its writes.
// Thread-safe.
class FaultyStore final : public storage::Store {
 public:
  // Makes writes fail from now on.
  void Break() { broken_ = true; }
  // Makes writes work again, as after a wrong repair: nothing may rely on retrying to detect it.
  void Repair() { broken_ = false; }

  // Makes each write wait, before it does anything, until it is released.
  void Hold() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    holds_ = true;
  }
  // Releases the waiting write, or the next one.
  void LetGo() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    ++let_go_;
    changed_.NotifyAll();
  }
  // Releases all writes, now and from now on.
  void LetAllGo() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    holds_ = false;
    changed_.NotifyAll();
  }
  // Blocks until a write waits.
  void AwaitHeld() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    while (!waits_) changed_.Wait(mutex_);
  }

  int writes() const { return writes_; }
  int synced_writes() const { return synced_writes_; }

  absl::Status Write(absl::Span<const storage::WriteBatch* const> batches, Sync sync) override
      ABSL_LOCKS_EXCLUDED(mutex_) {
    AwaitLetGo();
    ++writes_;
    synced_writes_ += sync == Sync::kYes ? 1 : 0;
    return broken_ ? absl::UnavailableError("the device is broken") : store_.Write(batches, sync);
  }
  absl::StatusOr<std::vector<std::string>> ListNamespaces() const override {
    return store_.ListNamespaces();
  }
  absl::Status ScanRows(absl::string_view namespace_name, wire::RowKind kind,
                        RowVisitor visit) const override {
    return store_.ScanRows(namespace_name, kind, visit);
  }
  absl::StatusOr<storage::RetainedRevisions> Retained(
      absl::string_view namespace_name) const override {
    return store_.Retained(namespace_name);
  }
  absl::StatusOr<std::vector<std::shared_ptr<const wire::Chunk>>> ReadChunks(
      absl::string_view namespace_name, storage::PartPosition from,
      size_t max_bytes) const override {
    return store_.ReadChunks(namespace_name, from, max_bytes);
  }
  absl::StatusOr<std::optional<std::string>> ReadServerValue(
      absl::string_view name) const override {
    return store_.ReadServerValue(name);
  }

 private:
  void AwaitLetGo() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    if (!holds_) return;
    waits_ = true;
    changed_.NotifyAll();
    while (holds_ && let_go_ == 0) changed_.Wait(mutex_);
    if (let_go_ > 0) --let_go_;
    waits_ = false;
  }

  storage::MemoryStore store_;
  std::atomic<bool> broken_ = false;
  std::atomic<int> writes_ = 0;
  std::atomic<int> synced_writes_ = 0;
  Mutex mutex_;
  CondVar changed_;
  bool holds_ ABSL_GUARDED_BY(mutex_) = false;
  bool waits_ ABSL_GUARDED_BY(mutex_) = false;
  int let_go_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_FAKES_FAULTY_STORE_H_
