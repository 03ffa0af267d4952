// SPDX-License-Identifier: Apache-2.0

#include "server/storage/rocksdb_store.h"

#include <memory>
#include <utility>

#include "gtest/gtest.h"
#include "server/storage/testing/durable_store_conformance.h"
#include "server/storage/testing/rocksdb_test_device.h"
#include "server/storage/testing/store_conformance.h"

namespace cache_invalidation::storage {
namespace {

// A store together with its device.
class StandingStore final : public Store {
 public:
  StandingStore() : store_(*device_.Open()) {}

  absl::Status Write(absl::Span<const WriteBatch* const> batches, Sync sync) override {
    return store_->Write(batches, sync);
  }
  absl::StatusOr<std::vector<std::string>> ListNamespaces() const override {
    return store_->ListNamespaces();
  }
  absl::Status ScanRows(absl::string_view namespace_name, wire::RowKind kind,
                        RowVisitor visit) const override {
    return store_->ScanRows(namespace_name, kind, visit);
  }
  absl::StatusOr<RetainedRevisions> Retained(absl::string_view namespace_name) const override {
    return store_->Retained(namespace_name);
  }
  absl::StatusOr<std::vector<std::shared_ptr<const wire::Chunk>>> ReadChunks(
      absl::string_view namespace_name, PartPosition from, size_t max_bytes) const override {
    return store_->ReadChunks(namespace_name, from, max_bytes);
  }
  absl::StatusOr<std::optional<std::string>> ReadServerValue(
      absl::string_view name) const override {
    return store_->ReadServerValue(name);
  }

 private:
  RocksdbTestDevice device_;
  const std::unique_ptr<Store> store_;
};

INSTANTIATE_TEST_SUITE_P(RocksdbStore, StoreConformanceTest,
                         testing::Values([] { return std::make_unique<StandingStore>(); }));

INSTANTIATE_TEST_SUITE_P(RocksdbStore, DurableStoreConformanceTest,
                         testing::Values([] { return std::make_unique<RocksdbTestDevice>(); }));

}  // namespace
}  // namespace cache_invalidation::storage
