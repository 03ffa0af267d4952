// SPDX-License-Identifier: Apache-2.0

#include "server/core/run_record.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace cache_invalidation {
namespace {

// By Durability.
constexpr absl::string_view kDurabilities[] = {"memory", "async", "sync"};

constexpr absl::string_view kEpoch = "epoch";
constexpr absl::string_view kDurability = "durability";
constexpr absl::string_view kBootId = "boot_id";
constexpr absl::string_view kStoppedCleanly = "stopped_cleanly";

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

}  // namespace cache_invalidation
