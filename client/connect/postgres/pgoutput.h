// SPDX-License-Identifier: Apache-2.0

// The messages of PostgreSQL's output plugin pgoutput, protocol version 1, with values in text
// form.

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_PGOUTPUT_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_PGOUTPUT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/change/change_writes.h"
#include "client/connect/postgres/lsn.h"

namespace cache_invalidation::connect {

// A transaction begins.
struct BeginMessage {
  Lsn commit = 0;  // that of its Commit
  absl::Time time = absl::InfinitePast();
  uint32_t xid = 0;
};

// It ends. A slot that is confirmed up to `end` does not contain it any more.
struct Commit {
  Lsn lsn = 0;
  Lsn end = 0;
  absl::Time time = absl::InfinitePast();
  std::optional<uint32_t> xid = {};  // of its BeginMessage; in no message of the end

  bool operator==(const Commit&) const = default;
};

// Describes a table before its first change on a connection, and after every change of its
// definition.
struct RelationMessage {
  struct Column {
    bool in_identity = false;
    std::string name;
    uint32_t type_oid = 0;
  };

  uint32_t oid = 0;
  std::string schema;
  std::string table;
  char identity = 'd';  // d: the primary key, n: nothing, f: every column, i: an index
  std::vector<Column> columns = {};
};

// The values of a row in the order of the table. Those of a key tuple that are not in the identity
// are NULL and mean nothing.
using Tuple = std::vector<change::ColumnValue>;

// A change of one row.
struct RowMessage {
  change::RowChange::Action action = change::RowChange::Action::kInsert;
  uint32_t oid = 0;
  char old_kind = 0;  // of `old`: 'K' has the key alone, 'O' every column, 0 is not there
  Tuple old = {};
  Tuple now = {};  // of an insert or update
};

struct TruncateMessage {
  std::vector<uint32_t> oids;
};

// What an application has written with pg_logical_emit_message.
struct LogicalMessage {
  bool transactional = false;
  Lsn lsn = 0;
  std::string prefix;
  std::string content;
};

// Messages without meaning for us: origins and types.
struct OtherMessage {};

using PgoutputMessage = std::variant<BeginMessage, Commit, RelationMessage, RowMessage,
                                     TruncateMessage, LogicalMessage, OtherMessage>;

// Decodes one message. Fails with INVALID_ARGUMENT for bytes that are none: an unknown letter, an
// incomplete or longer message. Reads nothing beyond `bytes` whatever they are. Pure.
absl::StatusOr<PgoutputMessage> DecodePgoutput(absl::string_view bytes);

// A frame of the replication protocol, which refers to the decoded bytes.
struct ReplicationFrame {
  Lsn end = 0;                               // of the server's log
  bool wants_status = false;                 // of a keepalive
  std::optional<absl::string_view> message;  // none in a keepalive
};

// As DecodePgoutput, for what the replication protocol wraps around the messages.
absl::StatusOr<ReplicationFrame> DecodeFrame(absl::string_view bytes);

// Returns the status that is sent to the server: everything before `confirmed` is not needed again.
// If `wants_keepalive`, it responds with a keepalive at once.
std::string EncodeStatus(Lsn received, Lsn confirmed, absl::Time now, bool wants_keepalive);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_PGOUTPUT_H_
