// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_OPEN_LOG_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_OPEN_LOG_H_

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "client/connect/postgres/catalog.h"
#include "client/connect/postgres/postgres_connection.h"
#include "client/connect/postgres/source_environment.h"
#include "client/connect/postgres/source_state.h"

namespace cache_invalidation::connect {

// A slot that is being read, from its confirmed position on.
struct OpenedLog {
  // Also shows that the database shuts down: it ends this connection first.
  std::unique_ptr<PostgresConnection> sql;
  std::unique_ptr<Catalog> catalog;  // on `sql`
  std::unique_ptr<PostgresConnection> replication;

  // What is written before the next confirmation, with a further position.
  SourceState state;

  // A commit that must come again, since the slot is behind it. If it does not, the history is
  // another one: a restored copy.
  std::optional<Commit> expected;

  // There was a gap, and everything was reported. Transactions that ran then may have been reported
  // too early by it.
  std::optional<Snapshot> gap;
};

// Connects to the database and starts to read the slot. Before that it finds out whether changes
// may have been missed since the state file was written. If so it reports everything: first the
// slot exists, then everything is reported, then the log is read. So what was committed before is
// covered, and what is committed after is read.
//
// `replace_slot`: the log in the slot cannot be read. Blocks while another process reads the slot.
// Errors: those of PostgresConnection and of the service; FAILED_PRECONDITION says what is wrong
// with the database. Nothing is lost by any of them: call again.
absl::StatusOr<OpenedLog> OpenLog(const SourceEnvironment& environment, bool replace_slot);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_OPEN_LOG_H_
