// Any bytes as lines of wal2json: each is taken or refused, and every write that comes of them the
// service would take, once it is widened to the limits.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

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

using Writes = std::optional<std::vector<client::WriteEvent>>;

void CheckWrites(Writes writes) {
  if (!writes.has_value()) return;
  const bool any = !writes->empty();
  const client::WidenedWrites widened = client::WidenToLimits(*std::move(writes));
  Check(any == !widened.writes.empty(), "no transaction is lost by widening");
  Check(widened.writes.size() <= kMaxWritesPerCommand, "a transaction fits into a command");
  for (const client::WriteEvent& write : widened.writes) {
    Check(CheckType(write.resource_type).ok(), "a table becomes a type");
    Check(CheckResourceId(write.resource_id).ok(), "a primary key becomes an id");
    Check(CheckOperation(write.operation).ok(), "an action becomes an operation");
    Check(client::EncodedContextBytes(write.context) <= kMaxContextBytes, "a context fits");
    for (const std::string& tag : write.tags) Check(CheckTag(tag).ok(), "a tag is one");
  }
}

void Read(absl::string_view text) {
  Wal2JsonReader reader;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::StatusOr<Writes> writes = reader.Add(line);
    if (writes.ok()) {
      CheckWrites(*std::move(writes));
    } else {
      Check(writes.status().code() == absl::StatusCode::kInvalidArgument,
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
