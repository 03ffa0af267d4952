#ifndef CACHE_INVALIDATION_CLIENT_CHANGE_ROW_CHANGE_H_
#define CACHE_INVALIDATION_CLIENT_CHANGE_ROW_CHANGE_H_

#include <string>
#include <vector>

namespace cache_invalidation::change {

// A value of a column, as a reader of PostgreSQL's log found it.
struct ColumnValue {
  enum class Kind {
    kText,       // `text` is what PostgreSQL's output function of the type wrote
    kNull,       // SQL's NULL
    kUnknown,    // there is a value or NULL, and nobody says which
    kUnchanged,  // the update did not touch it: a long value that the log leaves out
  };

  Kind kind = Kind::kNull;
  std::string text = {};

  bool operator==(const ColumnValue&) const = default;
};

struct Column {
  std::string name = {};

  // As PostgreSQL calls it, in either spelling: "bigint" or "int8", "numeric(12,2)", "text[]" or
  // "_text". Empty: not known.
  std::string type = {};

  ColumnValue value = {};
};

using Row = std::vector<Column>;  // in the table's order

// What was done to one row, or by one TRUNCATE to one table.
struct RowChange {
  enum class Action { kInsert, kUpdate, kDelete, kTruncate };

  Action action = Action::kInsert;
  std::string schema = {};
  std::string table = {};

  // The new row, of an insert or update. A column that an update leaves out did not change.
  Row after = {};

  // What is known of the old row, of an update or delete. A column that is not here may have had
  // any value; a reader that knows that the key did not change puts it here.
  Row before = {};

  // Whether `before` has every column of the table (REPLICA IDENTITY FULL).
  bool before_is_whole = false;

  // Whether `after` has every column of the table. Where neither row is whole, there may be columns
  // that nothing is known of.
  bool after_is_whole = false;

  // The names of the primary key's columns, in the table's order. Empty: there is none.
  std::vector<std::string> key = {};
};

}  // namespace cache_invalidation::change

#endif  // CACHE_INVALIDATION_CLIENT_CHANGE_ROW_CHANGE_H_
