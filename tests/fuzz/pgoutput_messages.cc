// SPDX-License-Identifier: Apache-2.0

// Any bytes as messages of PostgreSQL's log, each after its length in one byte: each is accepted or
// counted as unreadable, and the service would accept every resulting write.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/connect/postgres/pgoutput.h"
#include "client/connect/postgres/transaction_assembler.h"
#include "client/widening.h"
#include "common/check.h"
#include "common/limits.h"
#include "common/names.h"

namespace cache_invalidation::connect {
namespace {

void CheckTransaction(const Transaction& transaction) {
  const client::WidenedWrites& writes = transaction.writes;
  Check(!writes.everything || writes.writes.empty(), "everything stands for all");
  Check(writes.writes.size() <= kMaxWritesPerCommand, "a transaction fits into a command");
  for (const client::WriteEvent& write : writes.writes) {
    Check(CheckType(write.resource_type).ok(), "a table becomes a type");
    Check(CheckResourceId(write.resource_id).ok(), "a primary key becomes an id");
    Check(CheckOperation(write.operation).ok(), "an action becomes an operation");
    Check(client::EncodedContextBytes(write.context) <= kMaxContextBytes, "a context fits");
  }
  for (const std::string& key : transaction.outbox.keys) {
    Check(CheckKey(key).ok(), "a key of a message is one");
  }
}

CatalogLookup Catalog() {
  return {.table =
              [](uint32_t oid) {
                return TableFacts{.published = oid % 2 == 0,
                                  .schema = "public",
                                  .table = "t",
                                  .key = {"id"},
                                  .columns = std::vector<std::string>(oid % 4, "c")};
              },
          .type = [](uint32_t oid) { return std::string(oid % 2 == 0 ? "integer" : ""); }};
}

void Read(absl::string_view text) {
  const TableRules rules;
  TransactionAssembler assembler(Catalog(), rules, {.prefix = "p", .allow_everything = true}, {});
  while (!text.empty()) {
    const size_t size = static_cast<unsigned char>(text[0]);
    const absl::string_view message = text.substr(1, size);
    text.remove_prefix(1 + message.size());
    (void)DecodeFrame(message);
    const auto transaction = assembler.Add(message);
    Check(transaction.ok(), "only the catalog can fail");
    if (transaction->has_value()) CheckTransaction(**transaction);
  }
}

}  // namespace
}  // namespace cache_invalidation::connect

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cache_invalidation::connect::Read({reinterpret_cast<const char*>(data), size});
  return 0;
}
