#include "server/core/epoch.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace cache_invalidation {
namespace {

constexpr Durability kDurabilities[] = {Durability::kMemory, Durability::kAsync, Durability::kSync};

constexpr absl::string_view kEpoch = "epoch";
constexpr absl::string_view kDurability = "durability";
constexpr absl::string_view kBootId = "boot_id";
constexpr absl::string_view kStoppedCleanly = "stopped_cleanly";

}  // namespace

absl::string_view DurabilityName(Durability durability) {
  switch (durability) {
    case Durability::kMemory:
      return "memory";
    case Durability::kAsync:
      return "async";
    case Durability::kSync:
      return "sync";
  }
  return "";
}

std::optional<Durability> DurabilityOfName(absl::string_view name) {
  for (const Durability durability : kDurabilities) {
    if (DurabilityName(durability) == name) return durability;
  }
  return std::nullopt;
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
  switch (decision) {
    case EpochDecision::kGoesOn:
      return "goes on";
    case EpochDecision::kNothingKept:
      return "is new: --durability=memory keeps nothing";
    case EpochDecision::kNothingStored:
      return "is new: nothing was stored";
    case EpochDecision::kAsked:
      return "is new: --new_epoch was given";
    case EpochDecision::kTailLost:
      return "is new: the machine has ended since, and with --durability=async the last writes may "
             "be lost";
    case EpochDecision::kEndMissing:
      return "is new: the end of the store's log is missing";
  }
  return "";
}

}  // namespace cache_invalidation
