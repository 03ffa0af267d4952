// SPDX-License-Identifier: Apache-2.0

// The process that writes. A request is a transaction, in SQL; the answer is `done` if no cache
// serves any more what was there before. An empty request sends what is left in the outbox, after
// an outage or of a process that was killed: make one a second.

#include <utility>

#include "absl/strings/str_cat.h"
#include "cache_invalidation/client/recorded_writes.h"
#include "shop.h"

using namespace cache_invalidation::client;

class Writer {
 public:
  Writer(const std::string& endpoint, const std::string& path)
      : client_(MakeConnection(endpoint)), database_(OpenDatabase(path)) {}

  absl::StatusOr<std::string> Answer(const std::string& request) const {
    if (request == "metrics") {
      const auto rows = Run(database_, "SELECT 'shop_outbox_rows ' || COUNT(*) FROM outbox");
      return rows.ok() ? absl::StatusOr<std::string>((*rows)[0][0]) : rows.status();
    }
    const auto committed = Run(database_, "BEGIN IMMEDIATE; " + request + "; COMMIT");
    if (!committed.ok()) {
      Run(database_, "ROLLBACK").IgnoreError();
      return committed.status();
    }
    const absl::Status sent = SendOutbox();
    return sent.ok() ? "done" : "committed, caches follow: " + sent.ToString();
  }

 private:
  // Sends the writes that the triggers of schema.sql have recorded. A record is deleted when every
  // cache is done with it. Until then it is sent again, which is harmless.
  absl::Status SendOutbox() const {
    while (true) {
      const auto rows = Run(database_, "SELECT id, write FROM outbox ORDER BY id LIMIT 1000");
      if (!rows.ok() || rows->empty()) return rows.status();
      std::string ids = "0";
      std::vector<std::string> writes;
      for (const auto& row : *rows) {
        absl::StrAppend(&ids, ",", row[0]);
        writes.push_back(row[1]);
      }
      const auto sent = InvalidateByRecordedWrites(
          client_, {.writes = std::move(writes),
                    .wait = WaitForSubscribers{},
                    .options = {.deadline = absl::Milliseconds(500)}});  // the records can wait
      if (!sent.ok()) return sent.status();
      if (!sent->waiting->complete()) return absl::DeadlineExceededError("a cache is late");
      const auto deleted = Run(database_, "DELETE FROM outbox WHERE id IN (" + ids + ")");
      if (!deleted.ok()) return deleted.status();
    }
  }

  const Client client_;
  const Database database_;
};

int main(int argc, char** argv) { return Serve<Writer>(argc, argv); }
