// SPDX-License-Identifier: Apache-2.0

#include "server/core/persistence.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "server/delivery/session_table.h"
#include "server/storage/memory_store.h"
#include "server/storage/rocksdb_store.h"

namespace cache_invalidation {
namespace {

// What distinguishes this start of this machine from every other start and machine. Empty if the
// system does not say.
std::string BootId() {
  std::string id;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), id);
  return id;
}

// A unique name of a history.
std::string NewEpoch() {
  absl::BitGen random;
  return absl::StrCat(absl::Hex(absl::Uniform<uint64_t>(random), absl::kZeroPad16));
}

absl::StatusOr<std::unique_ptr<storage::RocksdbStore>> OpenStore(
    const PersistenceOptions& options) {
  absl::StatusOr<std::unique_ptr<storage::RocksdbStore>> store =
      storage::RocksdbStore::Open({.directory = options.data_dir,
                                   .memory_bytes = options.memory_bytes,
                                   .accept_cut_log = options.new_epoch,
                                   .env = nullptr,
                                   .on_error = options.on_store_error});
  if (store.status().code() != absl::StatusCode::kDataLoss) return store;
  return absl::DataLossError(absl::StrCat(
      store.status().message(), ". Restore the directory from a copy, or ",
      options.new_epoch ? "begin with an empty one: even --new_epoch finds nothing to go on with"
                        : "start once with --new_epoch to go on with what can be read"));
}

// What the store has found about itself: that its end is missing, that it is a copy.
absl::StatusOr<std::vector<std::string>> FindingsOf(const storage::Store& store) {
  std::vector<std::string> findings;
  for (const char* name : {storage::kEndMissingName, storage::kCopiedName}) {
    const absl::StatusOr<std::optional<std::string>> value = store.ReadServerValue(name);
    if (!value.ok()) return value.status();
    if (!value->value_or("").empty()) findings.emplace_back(name);
  }
  return findings;
}

bool Contains(const std::vector<std::string>& findings, absl::string_view name) {
  return std::find(findings.begin(), findings.end(), name) != findings.end();
}

storage::WriteBatch BatchOf(const RunRecord& run) {
  storage::WriteBatch batch;
  batch.server_values.push_back({kRunRecordName, EncodeRunRecord(run)});
  return batch;
}

}  // namespace

EpochDecision DecideEpoch(const std::optional<RunRecord>& last, Durability durability,
                          absl::string_view boot_id, bool new_epoch_asked, bool end_missing,
                          bool copied) {
  if (durability == Durability::kMemory) return EpochDecision::kNothingKept;
  if (!last) return EpochDecision::kNothingStored;
  if (new_epoch_asked) return EpochDecision::kAsked;
  if (end_missing) return EpochDecision::kEndMissing;
  if (copied) return EpochDecision::kCopied;
  const bool same_boot = !boot_id.empty() && last->boot_id == boot_id;
  const bool whole = last->durability == Durability::kSync || last->stopped_cleanly || same_boot;
  return whole ? EpochDecision::kGoesOn : EpochDecision::kTailLost;
}

absl::string_view Explanation(EpochDecision decision) {
  constexpr absl::string_view kTexts[] = {"goes on",
                                          "is new: --durability=memory keeps nothing",
                                          "is new: nothing was stored",
                                          "is new: --new_epoch was given",
                                          "is new: the machine has ended since, and with "
                                          "--durability=async the last writes may be lost",
                                          "is new: the end of the store's log is missing",
                                          "is new: the store was restored from a copy"};
  static_assert(std::size(kTexts) == static_cast<size_t>(EpochDecision::kCopied) + 1);
  return kTexts[static_cast<size_t>(decision)];
}

absl::StatusOr<Persistence> Persistence::Open(const PersistenceOptions& options) {
  if (options.durability == Durability::kMemory) {
    return On(std::make_unique<storage::MemoryStore>(), options, NewEpoch());
  }
  absl::StatusOr<std::unique_ptr<storage::RocksdbStore>> store = OpenStore(options);
  if (!store.ok()) return store.status();
  const storage::RocksdbStore& on_disk = **store;
  absl::StatusOr<Persistence> persistence = On(*std::move(store), options, NewEpoch());
  if (persistence.ok()) persistence->copied_from_ = &on_disk;
  return persistence;
}

absl::StatusOr<Persistence> Persistence::On(std::unique_ptr<storage::Store> store,
                                            const PersistenceOptions& options,
                                            std::string new_epoch) {
  const absl::StatusOr<std::optional<std::string>> stored = store->ReadServerValue(kRunRecordName);
  if (!stored.ok()) return stored.status();
  const std::optional<RunRecord> last =
      stored->has_value() ? DecodeRunRecord(**stored) : std::nullopt;

  RunRecord run = {.epoch = "",
                   .durability = options.durability,
                   .boot_id = options.boot_id.empty() ? BootId() : options.boot_id,
                   .stopped_cleanly = false};
  absl::StatusOr<std::vector<std::string>> findings = FindingsOf(*store);
  if (!findings.ok()) return findings.status();
  const EpochDecision decision = DecideEpoch(
      last, options.durability, run.boot_id, options.new_epoch,
      Contains(*findings, storage::kEndMissingName), Contains(*findings, storage::kCopiedName));
  run.epoch = decision == EpochDecision::kGoesOn ? last->epoch : std::move(new_epoch);

  const absl::StatusOr<std::optional<std::string>> lease =
      store->ReadServerValue(delivery::kLongestLeaseName);
  if (!lease.ok()) return lease.status();
  const absl::StatusOr<std::optional<std::string>> doubt =
      store->ReadServerValue(delivery::kDoubtedLeaseName);
  if (!doubt.ok()) return doubt.status();
  const absl::StatusOr<std::vector<std::string>> namespaces = store->ListNamespaces();
  if (!namespaces.ok()) return namespaces.status();
  const bool was_empty = options.durability != Durability::kMemory && !options.new_epoch &&
                         !stored->has_value() && findings->empty() && !lease->has_value() &&
                         namespaces->empty();
  return Persistence(std::move(store), std::move(run), decision, *std::move(findings),
                     delivery::DecodeLongestLease(lease->value_or("")),
                     delivery::DecodeLongestLease(doubt->value_or("")), was_empty);
}

Persistence::Persistence(std::unique_ptr<storage::Store> store, RunRecord run,
                         EpochDecision decision, std::vector<std::string> findings,
                         absl::Duration noted_lease, absl::Duration noted_doubt, bool was_empty)
    : store_(std::move(store)),
      run_(std::move(run)),
      decision_(decision),
      findings_(std::move(findings)),
      noted_lease_(noted_lease),
      noted_doubt_(noted_doubt),
      was_empty_(was_empty) {}

absl::Duration Persistence::longest_earlier_lease() const {
  // The record is synced before the lease is granted: it is there even if other writes were lost.
  const bool is_known =
      decision_ == EpochDecision::kGoesOn || decision_ == EpochDecision::kTailLost;
  return is_known && noted_lease_ > absl::ZeroDuration() ? noted_lease_ : kMaxLease;
}

delivery::EarlierLeases Persistence::EarlierLeases(std::optional<absl::Duration> at_most,
                                                   absl::Duration now) const {
  delivery::EarlierLeases earlier = {.noted = noted_lease_};
  if (!at_most.has_value()) earlier.doubt_longest = was_empty_ ? kMaxLease : noted_doubt_;
  if (earlier.doubt_longest > absl::ZeroDuration()) {
    earlier.doubt_until = now + delivery::LeaseWithMargin(earlier.doubt_longest);
  }
  if (was_empty_ && !at_most.has_value()) return earlier;
  earlier.longest = std::min(longest_earlier_lease(), at_most.value_or(kMaxLease));
  if (earlier.longest > absl::ZeroDuration()) {
    earlier.until = now + delivery::LeaseWithMargin(earlier.longest);
  }
  // RunBegins notes it.
  earlier.noted = std::max(noted_lease_, earlier.longest);
  return earlier;
}

storage::WriteBatch Persistence::RunBegins(const delivery::EarlierLeases& earlier) const {
  if (run_.durability == Durability::kMemory) return {};
  storage::WriteBatch batch = BatchOf(run_);
  if (earlier.noted > noted_lease_) {
    batch.server_values.push_back(
        {delivery::kLongestLeaseName, delivery::EncodeLongestLease(earlier.noted)});
  }
  if (earlier.doubt_longest != noted_doubt_) {
    batch.server_values.push_back(
        {delivery::kDoubtedLeaseName, delivery::EncodeLongestLease(earlier.doubt_longest)});
  }
  for (const std::string& finding : findings_) batch.server_values.push_back({finding, ""});
  return batch;
}

absl::StatusOr<std::string> Persistence::CopyStore() const {
  if (copied_from_ != nullptr) return copied_from_->Copy();
  return absl::FailedPreconditionError(
      "the server keeps nothing on a disk (--durability=memory), so there is nothing to copy");
}

absl::Status Persistence::RunEndsCleanly() {
  if (run_.durability == Durability::kMemory) return absl::OkStatus();
  run_.stopped_cleanly = true;
  const storage::WriteBatch batch = BatchOf(run_);
  return store_->Write({&batch}, storage::Store::Sync::kYes);
}

}  // namespace cache_invalidation
