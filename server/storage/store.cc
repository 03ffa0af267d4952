// SPDX-License-Identifier: Apache-2.0

#include "server/storage/store.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/limits.h"

namespace cache_invalidation::storage {
namespace {

std::string NameOf(size_t shard) { return absl::StrCat("deleted_revision_", shard); }

}  // namespace

WriteBatch::ServerValue DeletedRevisionOf(size_t shard, uint64_t revision) {
  Check(shard < kMaxShards, "there are no more shards than a start looks for");
  return {NameOf(shard), absl::StrCat(revision)};
}

absl::StatusOr<uint64_t> HighestDeletedRevision(const Store& store) {
  uint64_t highest = 0;
  for (size_t shard = 0; shard < kMaxShards; ++shard) {
    const absl::StatusOr<std::optional<std::string>> value = store.ReadServerValue(NameOf(shard));
    if (!value.ok()) return value.status();
    if (!value->has_value()) continue;
    uint64_t revision = 0;
    if (!absl::SimpleAtoi(**value, &revision)) {
      return absl::DataLossError(
          absl::StrCat("the store's value ", NameOf(shard), " is no revision"));
    }
    highest = std::max(highest, revision);
  }
  return highest;
}

}  // namespace cache_invalidation::storage
