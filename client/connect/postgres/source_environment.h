// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_SOURCE_ENVIRONMENT_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_SOURCE_ENVIRONMENT_H_

#include <stop_token>
#include <string>

#include "absl/time/time.h"
#include "client/connect/postgres/outbox_message.h"
#include "client/connect/postgres/postgres_connection.h"
#include "client/connect/postgres/source_status.h"
#include "client/connect/postgres/table_rules.h"
#include "client/connect/postgres/teller.h"
#include "client/connect/wake_up.h"
#include "common/clock.h"
#include "server/journal/journal.h"

namespace cache_invalidation::connect {

// How a database is followed.
struct SourceOptions {
  PostgresOptions postgres = {};
  std::string publication = {};
  std::string slot = {};
  std::string state_file = {};

  // Whether a slot may keep log without limit while the connector or the service is away, until the
  // disk is full. Otherwise max_slot_wal_keep_size must be set.
  bool allow_unbounded_wal = false;

  // When the service has not responded for this time, the database's connection is given up: one
  // that confirms nothing would hold up the database's shutdown.
  absl::Duration release_after = absl::Seconds(20);

  OutboxOptions outbox = {};
  TableRules tables = {};
};

// What the parts of a source share. All of it outlives them.
struct SourceEnvironment {
  const SourceOptions& options;
  Teller& teller;
  WakeUp& wake;     // results of the teller
  WakeUp& stopped;  // readable once `stop` is requested
  std::stop_token stop;
  Clock& clock;
  journal::Journal& journal;
  SourceStatus& status;
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_SOURCE_ENVIRONMENT_H_
