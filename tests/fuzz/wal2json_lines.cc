// SPDX-License-Identifier: Apache-2.0

// Any bytes as lines of wal2json: each is accepted, counted as unreadable or refused, and the
// service would accept every resulting write.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "client/cachectl/wal2json.h"
#include "client/widening.h"
#include "common/check.h"
#include "common/limits.h"
#include "common/names.h"

namespace cache_invalidation::cachectl {
namespace {

using Transaction = std::optional<client::WidenedWrites>;

void CheckWrites(const Transaction& transaction) {
  if (!transaction.has_value()) return;
  Check(!transaction->everything || transaction->writes.empty(), "everything stands for all");
  Check(transaction->writes.size() <= kMaxWritesPerCommand, "a transaction fits into a command");
  for (const client::WriteEvent& write : transaction->writes) {
    Check(CheckType(write.resource_type).ok(), "a table becomes a type");
    Check(CheckResourceId(write.resource_id).ok(), "a primary key becomes an id");
    Check(CheckOperation(write.operation).ok(), "an action becomes an operation");
    Check(client::EncodedContextBytes(write.context) <= kMaxContextBytes, "a context fits");
    Check(write.tags.empty(), "a database knows no tags");
  }
}

void Read(absl::string_view text) {
  Wal2JsonReader reader;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const uint64_t unreadable = reader.unreadable_lines();
    const absl::StatusOr<Transaction> transaction = reader.Add(line);
    if (transaction.ok()) {
      Check((reader.unreadable_lines() > unreadable) == !reader.why_unreadable().ok(),
            "what cannot be read is counted");
      CheckWrites(*transaction);
    } else {
      Check(transaction.status().code() == absl::StatusCode::kInvalidArgument,
            "a refusal is INVALID_ARGUMENT");
    }
  }
  CheckWrites(reader.Finish());
}

}  // namespace
}  // namespace cache_invalidation::cachectl

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cache_invalidation::cachectl::Read({reinterpret_cast<const char*>(data), size});
  return 0;
}
