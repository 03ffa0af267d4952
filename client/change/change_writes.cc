// SPDX-License-Identifier: Apache-2.0

#include "client/change/change_writes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "client/change/postgresql_value.h"
#include "client/widening.h"
#include "common/json_value.h"
#include "common/limits.h"
#include "common/names.h"
#include "common/write_event.h"

namespace cache_invalidation::change {
namespace {

using client::WriteEvent;
using Kind = ColumnValue::Kind;

const Column* Find(const Row& row, absl::string_view name) {
  const auto column =
      std::find_if(row.begin(), row.end(), [&](const Column& one) { return one.name == name; });
  return column == row.end() ? nullptr : &*column;
}

// What is known of a table's key: the names of its columns, and whether their order is that of the
// table with which the readers form ids. A partition can have its columns in another order.
struct Key {
  const std::vector<std::string>& columns;
  bool in_order;
};

// Keys of more columns have so many orders that the type is named instead.
constexpr size_t kMaxReorderedColumns = 3;

// The values of the key joined with ",", in every order that readers may use. An empty id, for the
// whole type: without a key, if a value is not known, or if the service would refuse the id.
std::vector<std::string> IdsOf(const Key& key, const Row& row) {
  std::vector<std::string> values;
  for (const std::string& name : key.columns) {
    const Column* column = Find(row, name);
    if (column == nullptr || column->value.kind != Kind::kText) return {""};
    std::optional<std::string> text = PostgresqlKeyText(column->type, column->value.text);
    if (!text.has_value()) return {""};
    values.push_back(*std::move(text));
  }
  std::vector<std::string> ids = {absl::StrJoin(values, ",")};
  if (!CheckResourceId(ids[0]).ok()) return {""};
  if (key.in_order) return ids;
  if (values.size() > kMaxReorderedColumns) return {""};
  std::sort(values.begin(), values.end());
  do {
    std::string id = absl::StrJoin(values, ",");
    if (id != ids[0]) ids.push_back(std::move(id));
  } while (std::next_permutation(values.begin(), values.end()));
  return ids;
}

JsonValue ValueOf(const Column& column) {
  switch (column.value.kind) {
    case Kind::kText:
      return PostgresqlValue(column.type, column.value.text);
    case Kind::kNull:
      return JsonValue();
    case Kind::kUnknown:
    case Kind::kUnchanged:
      break;
  }
  return JsonValue::Unknown();
}

// Returns the new row, with the values of unchanged columns taken from the old row.
Row WithUnchanged(const Row& after, const Row& before) {
  Row row = after;
  for (Column& column : row) {
    if (column.value.kind != Kind::kUnchanged) continue;
    if (const Column* old = Find(before, column.name)) column.value = old->value;
  }
  for (const Column& column : before) {
    if (Find(row, column.name) == nullptr) row.push_back(column);
  }
  return row;
}

// Whether a context can hold a column of that name: the name has no other meaning there and is
// UTF-8.
bool IsRepresentable(const Column& column) {
  return column.name != kUnknownName && column.name != kNumberName && IsUtf8(column.name);
}

// Returns the members of a row. `whole`: the row has every column of the table.
JsonValue::Object MembersOf(const Row& row, bool whole) {
  JsonValue::Object members;
  for (const Column& column : row) {
    if (IsRepresentable(column)) {
      members.emplace_back(column.name, ValueOf(column));
    } else {
      whole = false;
    }
  }
  if (!whole) members.emplace_back(std::string(kUnknownName), true);
  return members;
}

JsonValue::List FieldsChanged(const RowChange& change) {
  JsonValue::List changed;
  for (const Column& column : change.after) {
    if (column.value.kind == Kind::kUnchanged || !IsUtf8(column.name)) continue;
    const Column* old = Find(change.before, column.name);
    const bool same =
        old != nullptr && old->value == column.value && column.value.kind != Kind::kUnknown;
    if (!same) changed.emplace_back(column.name);
  }
  for (const std::string& name : change.untold) {
    if (IsUtf8(name)) changed.emplace_back(name);
  }
  return changed;
}

size_t ValueBytes(const JsonValue& value) {
  return client::EncodedContextBytes({{std::string(), value}});
}

// Replaces the largest values by unknown until `excess` bytes are saved.
void LeaveOutLargest(size_t excess, JsonValue::Object& now, JsonValue::Object& old) {
  std::vector<std::pair<size_t, JsonValue*>> values;
  for (JsonValue::Object* members : {&now, &old}) {
    for (auto& [name, value] : *members) values.emplace_back(ValueBytes(value), &value);
  }
  std::stable_sort(values.begin(), values.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  const size_t unknown = ValueBytes(JsonValue::Unknown());
  size_t saved = 0;
  for (const auto& [bytes, value] : values) {
    if (saved >= excess || bytes <= unknown) break;
    *value = JsonValue::Unknown();
    saved += bytes - unknown;
  }
}

// The parts of a context: the new row, the old row, the names of the changed columns.
struct Parts {
  JsonValue::Object now = {};
  std::optional<JsonValue::Object> old = {};
  std::optional<JsonValue::List> changed = {};
};

JsonValue::Object Assemble(const Parts& parts) {
  JsonValue::Object context = parts.now;
  const auto set = [&](absl::string_view name, const auto& part) {
    const auto is_named = [&](const auto& member) { return member.first == name; };
    // A column of that name and this part would be taken for each other.
    const bool is_column =
        std::erase_if(context, is_named) > 0 ||
        (parts.old.has_value() && std::any_of(parts.old->begin(), parts.old->end(), is_named));
    if (is_column) {
      context.emplace_back(std::string(name), JsonValue::Unknown());
    } else if (part.has_value()) {
      context.emplace_back(std::string(name), *part);
    }
  };
  set(kOldName, parts.old);
  set(kFieldsChangedName, parts.changed);
  return context;
}

JsonValue::Object ContextOf(Parts parts) {
  JsonValue::Object context = Assemble(parts);
  const size_t bytes = client::EncodedContextBytes(context);
  if (bytes <= kMaxContextBytes) return context;
  JsonValue::Object none;
  LeaveOutLargest(bytes - kMaxContextBytes, parts.now, parts.old.has_value() ? *parts.old : none);
  context = Assemble(parts);
  if (client::EncodedContextBytes(context) <= kMaxContextBytes) return context;
  return {{std::string(kUnknownName), true}};  // the names alone exceed the limit
}

// One write for each id.
std::vector<WriteEvent> WithIds(const std::vector<std::string>& ids, const WriteEvent& write) {
  std::vector<WriteEvent> writes(ids.size(), write);
  for (size_t i = 0; i < ids.size(); ++i) writes[i].resource_id = ids[i];
  return writes;
}

std::vector<WriteEvent> Updated(const RowChange& change, const Key& key, WriteEvent write) {
  const Row after = WithUnchanged(change.after, change.before);
  write.operation = "update";
  write.context =
      ContextOf({.now = MembersOf(after, change.after_is_whole || change.before_is_whole),
                 .old = MembersOf(change.before, change.before_is_whole),
                 .changed = FieldsChanged(change)});
  const std::vector<std::string> new_ids = IdsOf(key, after);
  // Readers that know the row by its old id have to learn of the update as well.
  std::vector<std::string> ids = IdsOf(key, change.before);
  std::erase_if(ids, [&](const std::string& id) {
    return std::find(new_ids.begin(), new_ids.end(), id) != new_ids.end();
  });
  ids.insert(ids.end(), new_ids.begin(), new_ids.end());
  return WithIds(ids, write);
}

}  // namespace

std::vector<WriteEvent> WritesOf(const RowChange& change, const TypeMapping& types) {
  WriteEvent write{.resource_type = types.TypeOf(change.schema, change.table)};
  const bool in_order = change.key.size() < 2 ||
                        write.resource_type == TypeMapping().TypeOf(change.schema, change.table);
  const Key key{.columns = change.key, .in_order = in_order};
  switch (change.action) {
    case RowChange::Action::kInsert:
      write.operation = "insert";
      write.context = ContextOf({.now = MembersOf(change.after, change.after_is_whole)});
      return WithIds(IdsOf(key, change.after), write);
    case RowChange::Action::kUpdate:
      return Updated(change, key, std::move(write));
    case RowChange::Action::kDelete:
      write.operation = "delete";
      write.context = ContextOf({.old = MembersOf(change.before, change.before_is_whole)});
      return WithIds(IdsOf(key, change.before), write);
    case RowChange::Action::kTruncate:
      write.operation = "truncate";
      break;
  }
  return {std::move(write)};
}

}  // namespace cache_invalidation::change
