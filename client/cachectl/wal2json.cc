// SPDX-License-Identifier: Apache-2.0

#include "client/cachectl/wal2json.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/change/change_writes.h"
#include "client/change/postgresql_value.h"
#include "common/json_value.h"

namespace cache_invalidation::cachectl {
namespace {

using change::Column;
using change::ColumnValue;
using change::Row;
using change::RowChange;
using Action = RowChange::Action;

absl::Status Expected(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("expected ", what));
}

const std::string* StringAt(const JsonText& object, absl::string_view name) {
  const JsonText* value = object.Find(name);
  return value != nullptr && value->kind == JsonText::Kind::kString ? &value->text : nullptr;
}

absl::StatusOr<Column> ColumnOf(const JsonText& json) {
  const std::string* name = StringAt(json, "name");
  const std::string* type = StringAt(json, "type");
  const JsonText* value = json.Find("value");
  if (name == nullptr || value == nullptr) return Expected("columns with name and value");
  Column column{.name = *name, .type = type == nullptr ? "" : *type};
  column.value.text = value->text;
  switch (value->kind) {
    case JsonText::Kind::kNull:
      column.value.kind = change::HasValuesWithoutJson(column.type) ? ColumnValue::Kind::kUnknown
                                                                    : ColumnValue::Kind::kNull;
      return column;
    case JsonText::Kind::kBool:
      if (type == nullptr) column.type = "boolean";
      break;
    case JsonText::Kind::kNumber:
      if (type == nullptr) column.type = "numeric";
      break;
    case JsonText::Kind::kString:
      break;
    case JsonText::Kind::kList:
    case JsonText::Kind::kObject:
      return Expected("values that are no lists and no objects");
  }
  column.value.kind = ColumnValue::Kind::kText;
  return column;
}

// Returns the columns of `change[list]`; none if there is no such list.
absl::StatusOr<Row> RowAt(const JsonText& change, absl::string_view list) {
  Row row;
  const JsonText* columns = change.Find(list);
  if (columns == nullptr) return row;
  if (columns->kind != JsonText::Kind::kList) return Expected(absl::StrCat("a list of ", list));
  for (const JsonText& json : columns->elements) {
    absl::StatusOr<Column> column = ColumnOf(json);
    if (!column.ok()) return column.status();
    row.push_back(*std::move(column));
  }
  return row;
}

absl::StatusOr<std::vector<std::string>> KeyOf(const JsonText& columns) {
  std::vector<std::string> key;
  if (columns.kind != JsonText::Kind::kList) return Expected("a list as pk");
  for (const JsonText& column : columns.elements) {
    const std::string* name = StringAt(column, "name");
    if (name == nullptr) return Expected("columns with a name in pk");
    key.push_back(*name);
  }
  return key;
}

// Whether the identity of an update must be the complete old row, as with REPLICA IDENTITY FULL: it
// has all columns of the new row, and a null, which the columns of a key or of an identity's index
// never have. In any other case there may be further columns, since the new row omits long values
// that did not change.
bool IsWhole(const RowChange& change) {
  const auto is_in_before = [&](const Column& column) {
    return std::any_of(change.before.begin(), change.before.end(),
                       [&](const Column& old) { return old.name == column.name; });
  };
  const auto is_null = [](const Column& column) {
    return column.value.kind == ColumnValue::Kind::kNull;
  };
  return std::all_of(change.after.begin(), change.after.end(), is_in_before) &&
         std::any_of(change.before.begin(), change.before.end(), is_null);
}

std::optional<Action> ActionOf(absl::string_view action) {
  if (action == "I") return Action::kInsert;
  if (action == "U") return Action::kUpdate;
  if (action == "D") return Action::kDelete;
  if (action == "T") return Action::kTruncate;
  return std::nullopt;
}

// Reads the table that a change names. Returns whether it names one.
bool ReadTable(const JsonText& json, RowChange& change) {
  const std::string* schema = StringAt(json, "schema");
  const std::string* table = StringAt(json, "table");
  if (schema == nullptr || table == nullptr || table->empty()) return false;
  change.schema = *schema;
  change.table = *table;
  return true;
}

absl::StatusOr<RowChange> ChangeOf(const JsonText& json) {
  const std::string* action = StringAt(json, "action");
  const std::optional<Action> known = ActionOf(action == nullptr ? "" : *action);
  if (!known.has_value()) return Expected("one of the actions B, C, I, U, D, T and M");
  RowChange change{.action = *known};
  if (!ReadTable(json, change)) return Expected("schema and table");
  if (change.action == Action::kTruncate) return change;
  absl::StatusOr<Row> after = RowAt(json, "columns");
  if (!after.ok()) return after.status();
  absl::StatusOr<Row> before = RowAt(json, "identity");
  if (!before.ok()) return before.status();
  const JsonText* pk = json.Find("pk");
  absl::StatusOr<std::vector<std::string>> key = KeyOf(pk == nullptr ? JsonText() : *pk);
  if (!key.ok()) return key.status();
  change.after = *std::move(after);
  change.before = *std::move(before);
  change.key = *std::move(key);
  change.after_is_whole = change.action == Action::kInsert;
  change.before_is_whole = change.action == Action::kUpdate && IsWhole(change);
  return change;
}

// Finds wrong options of the output plugin, which must not pass for one malformed line: all lines
// would be like it.
absl::Status CheckOptions(const JsonText& json) {
  RowChange change;
  const std::string* action = StringAt(json, "action");
  if (action == nullptr && json.Find("change") != nullptr) {
    return absl::InvalidArgumentError(
        "this is wal2json's format version 1: read the log with the option format-version=2");
  }
  const bool has_row = action != nullptr && (*action == "I" || *action == "U" || *action == "D");
  if (has_row && ReadTable(json, change) && json.Find("pk") == nullptr) {
    return absl::InvalidArgumentError(
        "the change does not name the primary key: read the log with the option include-pk=1");
  }
  return absl::OkStatus();
}

// Whether the line is a truncated one followed by another, as a broken connection may leave.
bool HoldsTwoLines(absl::string_view line) {
  return line.find("{\"action\":", 1) != absl::string_view::npos;
}

}  // namespace

absl::StatusOr<std::optional<client::WidenedWrites>> Wal2JsonReader::Add(absl::string_view line) {
  why_unreadable_ = absl::OkStatus();
  const absl::StatusOr<JsonText> json = ParseJson(line, StringBytes::kAny);
  if (json.ok()) {
    if (absl::Status options = CheckOptions(*json); !options.ok()) return options;
    const std::string* action = StringAt(*json, "action");
    const std::string kind = action == nullptr ? "" : *action;
    if (kind == "M") return std::nullopt;  // a message of an application, not a write
    if (kind == "B") {
      std::optional<client::WidenedWrites> cut_off = Finish();
      inside_ = true;
      return cut_off;
    }
    if (kind == "C") {
      inside_ = false;
      return collector_.Take();
    }
    const absl::StatusOr<RowChange> change = ChangeOf(*json);
    if (change.ok()) {
      for (client::WriteEvent& write : change::WritesOf(*change, types_)) {
        collector_.Add(std::move(write));
      }
    } else {
      TakeUnreadable(line, *json, change.status());
    }
  } else {
    TakeUnreadable(line, ParseBeginOfObject(line, StringBytes::kAny), json.status());
  }
  if (inside_) return std::nullopt;
  return collector_.Take();
}

// `read`: what could be parsed of the line.
void Wal2JsonReader::TakeUnreadable(absl::string_view line, const JsonText& read,
                                    absl::Status why) {
  ++unreadable_lines_;
  why_unreadable_ = std::move(why);
  const std::string* action = StringAt(read, "action");
  const std::optional<Action> known = ActionOf(action == nullptr ? "" : *action);
  RowChange change{.action = known.value_or(Action::kUpdate)};
  if (action == nullptr || !ReadTable(read, change) || HoldsTwoLines(line)) {
    collector_.AddEverything();
    return;
  }
  // Without rows, the change concerns the whole table.
  for (client::WriteEvent& write : change::WritesOf(change, types_)) {
    write.context = {{std::string(kUnknownName), true}};
    collector_.Add(std::move(write));
  }
}

std::optional<client::WidenedWrites> Wal2JsonReader::Finish() {
  if (!std::exchange(inside_, false) || collector_.empty()) return std::nullopt;
  return collector_.Take();
}

}  // namespace cache_invalidation::cachectl
