#include "server/core/persistence.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/limits.h"
#include "server/delivery/session_table.h"
#include "server/storage/memory_store.h"
#include "server/storage/rocksdb_store.h"

namespace cache_invalidation {
namespace {

// By Durability.
constexpr absl::string_view kDurabilities[] = {"memory", "async", "sync"};

constexpr absl::string_view kEpoch = "epoch";
constexpr absl::string_view kDurability = "durability";
constexpr absl::string_view kBootId = "boot_id";
constexpr absl::string_view kStoppedCleanly = "stopped_cleanly";

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

absl::StatusOr<std::unique_ptr<storage::Store>> OpenStore(const PersistenceOptions& options) {
  if (options.durability == Durability::kMemory) return std::make_unique<storage::MemoryStore>();
  absl::StatusOr<std::unique_ptr<storage::RocksdbStore>> store =
      storage::RocksdbStore::Open({.directory = options.data_dir,
                                   .memory_bytes = options.memory_bytes,
                                   .accept_cut_log = options.new_epoch,
                                   .env = nullptr,
                                   .on_error = options.on_store_error});
  if (store.ok()) return *std::move(store);
  if (store.status().code() != absl::StatusCode::kDataLoss) return store.status();
  return absl::DataLossError(absl::StrCat(
      store.status().message(), ". Restore the directory from a copy, or ",
      options.new_epoch ? "begin with an empty one: even --new_epoch finds nothing to go on with"
                        : "start once with --new_epoch to go on with what can be read"));
}

storage::WriteBatch BatchOf(const RunRecord& run) {
  storage::WriteBatch batch;
  batch.server_values.push_back({kRunRecordName, EncodeRunRecord(run)});
  return batch;
}

}  // namespace

absl::string_view DurabilityName(Durability durability) {
  return kDurabilities[static_cast<size_t>(durability)];
}

std::optional<Durability> DurabilityOfName(absl::string_view name) {
  const auto* found = std::find(std::begin(kDurabilities), std::end(kDurabilities), name);
  if (found == std::end(kDurabilities)) return std::nullopt;
  return static_cast<Durability>(found - std::begin(kDurabilities));
}

std::string EncodeRunRecord(const RunRecord& record) {
  return absl::StrCat(kEpoch, "=", record.epoch, "\n", kDurability, "=",
                      DurabilityName(record.durability), "\n", kBootId, "=", record.boot_id, "\n",
                      kStoppedCleanly, "=", record.stopped_cleanly ? "1" : "0", "\n");
}

// Ignores unknown names, so that lines can be added later.
std::optional<RunRecord> DecodeRunRecord(absl::string_view value) {
  RunRecord record;
  std::optional<Durability> durability;
  for (const absl::string_view line : absl::StrSplit(value, '\n', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> field =
        absl::StrSplit(line, absl::MaxSplits('=', 1));
    if (field.first == kEpoch) record.epoch = std::string(field.second);
    if (field.first == kDurability) durability = DurabilityOfName(field.second);
    if (field.first == kBootId) record.boot_id = std::string(field.second);
    if (field.first == kStoppedCleanly) record.stopped_cleanly = field.second == "1";
  }
  if (record.epoch.empty() || !durability) return std::nullopt;
  record.durability = *durability;
  return record;
}

EpochDecision DecideEpoch(const std::optional<RunRecord>& last, Durability durability,
                          absl::string_view boot_id, bool new_epoch_asked, bool end_missing) {
  if (durability == Durability::kMemory) return EpochDecision::kNothingKept;
  if (!last) return EpochDecision::kNothingStored;
  if (new_epoch_asked) return EpochDecision::kAsked;
  if (end_missing) return EpochDecision::kEndMissing;
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
                                          "is new: the end of the store's log is missing"};
  static_assert(std::size(kTexts) == static_cast<size_t>(EpochDecision::kEndMissing) + 1);
  return kTexts[static_cast<size_t>(decision)];
}

absl::StatusOr<Persistence> Persistence::Open(const PersistenceOptions& options) {
  absl::StatusOr<std::unique_ptr<storage::Store>> store = OpenStore(options);
  if (!store.ok()) return store.status();
  return On(*std::move(store), options, NewEpoch());
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
  const absl::StatusOr<std::optional<std::string>> missing =
      store->ReadServerValue(storage::kEndMissingName);
  if (!missing.ok()) return missing.status();
  const bool end_missing = !missing->value_or("").empty();
  const EpochDecision decision =
      DecideEpoch(last, options.durability, run.boot_id, options.new_epoch, end_missing);
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
                         !stored->has_value() && !missing->has_value() && !lease->has_value() &&
                         namespaces->empty();
  return Persistence(std::move(store), std::move(run), decision, end_missing,
                     delivery::DecodeLongestLease(lease->value_or("")),
                     delivery::DecodeLongestLease(doubt->value_or("")), was_empty);
}

Persistence::Persistence(std::unique_ptr<storage::Store> store, RunRecord run,
                         EpochDecision decision, bool end_missing, absl::Duration noted_lease,
                         absl::Duration noted_doubt, bool was_empty)
    : store_(std::move(store)),
      run_(std::move(run)),
      decision_(decision),
      end_missing_(end_missing),
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
  delivery::EarlierLeases earlier = {
      .noted = noted_lease_, .longest = absl::ZeroDuration(), .until = -absl::InfiniteDuration()};
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
  if (end_missing_) batch.server_values.push_back({storage::kEndMissingName, ""});
  return batch;
}

absl::Status Persistence::RunEndsCleanly() {
  if (run_.durability == Durability::kMemory) return absl::OkStatus();
  run_.stopped_cleanly = true;
  const storage::WriteBatch batch = BatchOf(run_);
  return store_->Write({&batch}, storage::Store::Sync::kYes);
}

}  // namespace cache_invalidation
