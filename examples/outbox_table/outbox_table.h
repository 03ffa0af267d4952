// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_EXAMPLES_OUTBOX_TABLE_OUTBOX_TABLE_H_
#define CACHE_INVALIDATION_EXAMPLES_OUTBOX_TABLE_OUTBOX_TABLE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cache_invalidation/client/client.h"
#include "cache_invalidation/client/write_event.h"

struct sqlite3;

// A table of the application's database that holds the writes which the service has not confirmed.
// A write is recorded in the transaction that makes it, so it is there exactly if the transaction
// was committed, also after the process was killed.
//
//   Run("BEGIN IMMEDIATE");
//   Run("UPDATE products SET price = 7 WHERE id = 42");
//   outbox.Add({.resource_type = "product", .resource_id = "42", .operation = "update"});
//   Run("COMMIT");
//   outbox.Send(client);  // also when the process starts, and once a second
//
// For one thread at a time, like the connection to the database.
class OutboxTable {
 public:
  // `database` is not owned.
  explicit OutboxTable(sqlite3* database) : database_(database) {}

  // Creates the table if it does not exist.
  absl::Status Create();

  // Records a write. Call it within the transaction; if it fails, roll back.
  absl::Status Add(const cache_invalidation::client::WriteEvent& write);

  // Sends everything that is recorded, also by other processes, and deletes what the service has
  // confirmed. Call it without an open transaction. Returns the number of writes that were sent;
  // after an error they remain. Several processes may send at the same time: a write that is sent
  // twice is harmless.
  absl::StatusOr<int> Send(const cache_invalidation::client::Client& client);

 private:
  sqlite3* const database_;
};

#endif  // CACHE_INVALIDATION_EXAMPLES_OUTBOX_TABLE_OUTBOX_TABLE_H_
