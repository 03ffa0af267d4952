// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_STORAGE_MEMORY_STORE_H_
#define CACHE_INVALIDATION_SERVER_STORAGE_MEMORY_STORE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "common/mutex.h"
#include "server/storage/store.h"

namespace cache_invalidation::storage {

// A Store that lives as long as the process. Chunks are shared, not copied. Never fails.
//
// Thread-safe. Readers and the writer exclude each other: a scan blocks a Write until it ends.
class MemoryStore final : public Store {
 public:
  absl::Status Write(absl::Span<const WriteBatch* const> batches, Sync sync) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::vector<std::string>> ListNamespaces() const override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status ScanRows(absl::string_view namespace_name, wire::RowKind kind,
                        RowVisitor visit) const override ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<RetainedRevisions> Retained(absl::string_view namespace_name) const override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::vector<std::shared_ptr<const wire::Chunk>>> ReadChunks(
      absl::string_view namespace_name, PartPosition from, size_t max_bytes) const override
      ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::optional<std::string>> ReadServerValue(absl::string_view name) const override
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Namespace {
    std::map<wire::RowKind, std::map<std::string, std::string, std::less<>>> rows;
    std::deque<std::shared_ptr<const wire::Chunk>> chunks;
    RetainedRevisions retained;

    bool has_rows() const;
  };

  void Apply(const WriteBatch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  const Namespace* Find(absl::string_view name) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  std::map<std::string, Namespace, std::less<>> namespaces_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string, std::less<>> server_values_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cache_invalidation::storage

#endif  // CACHE_INVALIDATION_SERVER_STORAGE_MEMORY_STORE_H_
