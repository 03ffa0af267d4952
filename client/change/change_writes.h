// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CHANGE_CHANGE_WRITES_H_
#define CACHE_INVALIDATION_CLIENT_CHANGE_CHANGE_WRITES_H_

#include <string>
#include <vector>

#include "client/change/type_mapping.h"
#include "client/write_event.h"

namespace cache_invalidation::change {

// A value of a column, as read from PostgreSQL's log.
struct ColumnValue {
  enum class Kind {
    kText,       // `text` is the output of the type's output function
    kNull,       // SQL's NULL
    kUnknown,    // a value or NULL, not known which
    kUnchanged,  // a long value that the update did not change and the log omits
  };

  Kind kind = Kind::kNull;
  std::string text = {};

  bool operator==(const ColumnValue&) const = default;
};

struct Column {
  std::string name = {};

  // PostgreSQL's name of the type, in either spelling: "bigint" or "int8", "numeric(12,2)",
  // "text[]" or "_text". Empty if unknown.
  std::string type = {};

  ColumnValue value = {};
};

using Row = std::vector<Column>;  // in the order of the table

// A change of one row, or one TRUNCATE of one table.
struct RowChange {
  enum class Action { kInsert, kUpdate, kDelete, kTruncate };

  Action action = Action::kInsert;
  std::string schema = {};
  std::string table = {};

  // The new row, of an insert or update. A column that an update omits did not change.
  Row after = {};

  // The known columns of the old row, of an update or delete. A column that is missing may have had
  // any value. A reader that knows that the key did not change adds its columns.
  Row before = {};

  // Whether `before` has every column of the table (REPLICA IDENTITY FULL).
  bool before_is_whole = false;

  // Whether `after` has every column of the table. If neither row is whole, there may be columns
  // that are in none of them.
  bool after_is_whole = false;

  // Columns of the table that the log never has, such as generated ones. Each update may have
  // changed them.
  std::vector<std::string> untold = {};

  // The names of the primary key's columns, in the order of the table. Empty without a key.
  std::vector<std::string> key = {};
};

// Returns the writes that report one change to the service, as docs/change-mapping.md specifies:
// one write, and one more if the primary key changed or if readers can form the id in another
// order. Each is within the limits of a write. Unknown parts of a row are marked as unknown, never
// omitted: see json_value.h. Pure.
std::vector<client::WriteEvent> WritesOf(const RowChange& change, const TypeMapping& types);

}  // namespace cache_invalidation::change

#endif  // CACHE_INVALIDATION_CLIENT_CHANGE_CHANGE_WRITES_H_
