// SPDX-License-Identifier: Apache-2.0

#include "tests/simulation/disk.h"

#include <optional>
#include <string>
#include <utility>

#include "server/storage/memory_store.h"

namespace cache_invalidation::simulation {
namespace {

using Batches = absl::Span<const storage::WriteBatch* const>;

// The size of a row or chunk in addition to its bytes.
constexpr size_t kFramingBytes = 16;

size_t SizeOf(const storage::WriteBatch& batch) {
  size_t bytes = kFramingBytes;
  for (const auto& change : batch.rows) {
    bytes += kFramingBytes + change.row.identity.size() + change.row.value.size();
  }
  for (const auto& chunk : batch.chunks) bytes += kFramingBytes + chunk->bytes.size();
  bytes += kFramingBytes * (batch.trims.size() + batch.server_values.size());
  return bytes;
}

}  // namespace

// The disk as a process sees it.
class DiskStore final : public storage::Store {
 public:
  explicit DiskStore(Disk& disk) : disk_(disk) {
    for (const Disk::Written& written : disk.log_) {
      for (const storage::WriteBatch& batch : written.batches) {
        (void)content_.Write({&batch}, Sync::kNo);
      }
    }
  }

  absl::Status Write(Batches batches, Sync sync) override {
    if (failure_.ok()) failure_ = disk_.Write(batches, sync == Sync::kYes);
    if (!failure_.ok()) return failure_;
    absl::Status status = content_.Write(batches, sync);
    // It can be read before the writer continues.
    disk_.meanwhile_();
    return status;
  }
  absl::StatusOr<std::vector<std::string>> ListNamespaces() const override {
    return content_.ListNamespaces();
  }
  absl::Status ScanRows(absl::string_view namespace_name, wire::RowKind kind,
                        RowVisitor visit) const override {
    return content_.ScanRows(namespace_name, kind, visit);
  }
  absl::StatusOr<storage::RetainedRevisions> Retained(
      absl::string_view namespace_name) const override {
    return content_.Retained(namespace_name);
  }
  absl::StatusOr<std::vector<std::shared_ptr<const wire::Chunk>>> ReadChunks(
      absl::string_view namespace_name, storage::PartPosition from,
      size_t max_bytes) const override {
    return content_.ReadChunks(namespace_name, from, max_bytes);
  }
  absl::StatusOr<std::optional<std::string>> ReadServerValue(
      absl::string_view name) const override {
    return content_.ReadServerValue(name);
  }

 private:
  Disk& disk_;
  storage::MemoryStore content_;
  absl::Status failure_;
};

std::unique_ptr<storage::Store> Disk::Open() {
  process_ended_ = false;
  return std::make_unique<DiskStore>(*this);
}

void Disk::Append(Batches batches) {
  Written written;
  written.end = log_.empty() ? 0 : log_.back().end;
  for (const storage::WriteBatch* batch : batches) {
    written.batches.push_back(*batch);
    written.end += SizeOf(*batch);
  }
  log_.push_back(std::move(written));
}

absl::Status Disk::Write(Batches batches, bool sync) {
  if (process_ended_) return absl::UnavailableError("the process has ended");
  if (fault_ == Fault::kFull) return absl::UnavailableError("no space left on the device");
  if (fault_ == Fault::kWritesFail) {
    if (choices_.Percent(50)) Append(batches);
    return absl::UnavailableError("the device is broken");
  }
  Append(batches);
  under_way_ = true;
  meanwhile_();
  under_way_ = false;
  if (process_ended_) return absl::UnavailableError("the process has ended");
  if (!sync) return absl::OkStatus();
  if (fault_ == Fault::kSyncsFail) {
    if (mutation_ == Mutation::kIgnoresFailedSync) return absl::OkStatus();
    if (choices_.Percent(50)) log_.pop_back();
    return absl::UnavailableError("the device cannot sync");
  }
  synced_ = log_.size();
  return absl::OkStatus();
}

void Disk::EndProcess() {
  if (under_way_ && choices_.Percent(50)) log_.pop_back();
  process_ended_ = true;
}

void Disk::LosePower() {
  process_ended_ = true;
  const uint64_t durable = synced_ == 0 ? 0 : log_[synced_ - 1].end;
  const uint64_t unsynced = (log_.empty() ? 0 : log_.back().end) - durable;
  const uint64_t cut = durable + choices_.Below(unsynced + 1);
  while (!log_.empty() && log_.back().end > cut) {
    const bool torn = log_.size() == 1 || log_[log_.size() - 2].end < cut;
    if (torn && mutation_ == Mutation::kTearsBatches) {
      Tear();
      break;
    }
    log_.pop_back();
  }
  synced_ = log_.size();
}

// Keeps the rows of the last write and drops the rest of it.
void Disk::Tear() {
  for (storage::WriteBatch& batch : log_.back().batches) {
    batch.chunks.clear();
    batch.trims.clear();
  }
}

void Disk::RestoreCopy(size_t lost_writes) {
  log_.resize(log_.size() - lost_writes);
  synced_ = log_.size();
}

void Disk::SayEndIsMissing() {
  if (mutation_ == Mutation::kHidesMissingEnd) return;
  storage::WriteBatch batch;
  batch.server_values.push_back({storage::kEndMissingName, "said"});
  Append({&batch});
  synced_ = log_.size();
}

void Disk::Clear() { RestoreCopy(log_.size()); }

}  // namespace cache_invalidation::simulation
