#include "client/cachectl/wal2json.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/limits.h"
#include "common/utf8.h"

namespace cache_invalidation::cachectl {
namespace {

using client::WriteEvent;
using Row = std::vector<std::pair<std::string, const JsonText*>>;  // columns in the table's order

absl::Status Expected(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("expected ", what));
}

const std::string* StringAt(const JsonText& object, absl::string_view name) {
  const JsonText* value = object.Find(name);
  return value != nullptr && value->kind == JsonText::Kind::kString ? &value->text : nullptr;
}

// The columns of `change[list]`, each `{"name": ..., "value": ...}`; an absent list has none.
absl::StatusOr<Row> RowAt(const JsonText& change, absl::string_view list) {
  Row row;
  const JsonText* columns = change.Find(list);
  if (columns == nullptr) return row;
  for (const JsonText& column : columns->elements) {
    const std::string* name = StringAt(column, "name");
    const JsonText* value = column.Find("value");
    if (name == nullptr || value == nullptr) {
      return Expected(absl::StrCat("columns with name and value in \"", list, "\""));
    }
    row.emplace_back(*name, value);
  }
  return row;
}

const JsonText* Find(const Row& row, absl::string_view name) {
  for (const auto& [column, value] : row) {
    if (column == name) return value;
  }
  return nullptr;
}

absl::StatusOr<std::vector<std::string>> KeyOf(const JsonText& change) {
  std::vector<std::string> key;
  const JsonText* columns = change.Find("pk");
  if (columns == nullptr) return key;
  for (const JsonText& column : columns->elements) {
    const std::string* name = StringAt(column, "name");
    if (name == nullptr) return Expected("columns with a name in \"pk\"");
    key.push_back(*name);
  }
  return key;
}

// The values of the key as PostgreSQL wrote them; empty without a key, or if a value is not known.
std::string IdOf(const std::vector<std::string>& key, const Row& row) {
  std::vector<std::string> values;
  for (const std::string& name : key) {
    const JsonText* value = Find(row, name);
    if (value == nullptr || value->kind == JsonText::Kind::kNull) return "";
    values.push_back(value->text);
  }
  return absl::StrJoin(values, ",");
}

// The table, with its schema if that is not the usual one. What a type must not hold is escaped.
std::string TypeOf(const std::string& schema, const std::string& table) {
  const std::string name = schema == "public" ? table : absl::StrCat(schema, ".", table);
  std::string out;
  for (absl::string_view rest = name; !rest.empty();) {
    const absl::string_view character =
        rest.substr(0, std::max<size_t>(Utf8CharacterBytes(rest), 1));
    rest.remove_prefix(character.size());
    if (character == "%" || character == ":" || character == "*" || IsControlCharacter(character)) {
      // By its number, which for two bytes is what is left of the second.
      const auto last = static_cast<unsigned char>(character.back());
      absl::StrAppend(&out, "%",
                      absl::AsciiStrToUpper(absl::StrCat(absl::Hex(last, absl::kZeroPad2))));
    } else {
      absl::StrAppend(&out, character);
    }
  }
  return out;
}

// A type that is too long for the service would have its writes refused. It ends in a number made
// of all of it instead; should two tables ever meet in one type, each is invalidated with the
// other.
std::string Fitted(std::string type) {
  if (type.size() <= kMaxTypeBytes) return type;
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a: the same in every release
  for (const char c : type) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  const std::string number = absl::StrCat("~", absl::Hex(hash, absl::kZeroPad16));
  size_t kept = kMaxTypeBytes - number.size();
  while ((static_cast<unsigned char>(type[kept]) & 0xc0) == 0x80) --kept;
  return type.substr(0, kept) + number;
}

JsonValue::Object Values(const Row& row) {
  JsonValue::Object out;
  for (const auto& [name, value] : row) out.emplace_back(name, ToJsonValue(*value));
  return out;
}

// The old row under the new one: a long value that did not change is left out of the new one.
JsonValue::Object Merged(const Row& before, const Row& after) {
  JsonValue::Object out = Values(after);
  for (const auto& [name, value] : before) {
    if (Find(after, name) == nullptr) out.emplace_back(name, ToJsonValue(*value));
  }
  return out;
}

WriteEvent Inserted(std::string type, std::string id, JsonValue::Object context) {
  return {.resource_type = std::move(type),
          .resource_id = std::move(id),
          .operation = "insert",
          .context = std::move(context)};
}

WriteEvent Deleted(std::string type, std::string id, const Row& before) {
  return {.resource_type = std::move(type),
          .resource_id = std::move(id),
          .operation = "delete",
          .context = {{"old", Values(before)}}};
}

WriteEvent Updated(std::string type, std::string id, const Row& before, const Row& after) {
  JsonValue::List changed;
  for (const auto& [name, value] : after) {
    const JsonText* old = Find(before, name);
    if (old == nullptr || !(*old == *value)) changed.push_back(name);
  }
  // What the change does not tell is null, not absent: a template or a condition must not take the
  // new value for the only one that the row had.
  JsonValue::Object old = Values(before);
  for (const auto& [name, value] : after) {
    if (Find(before, name) == nullptr) old.emplace_back(name, JsonValue());
  }
  JsonValue::Object context = Merged(before, after);
  context.emplace_back("old", std::move(old));
  context.emplace_back("fields_changed", std::move(changed));
  return {.resource_type = std::move(type),
          .resource_id = std::move(id),
          .operation = "update",
          .context = std::move(context)};
}

}  // namespace

absl::StatusOr<std::vector<WriteEvent>> WritesOfChange(const JsonText& change) {
  const std::string* action = StringAt(change, "action");
  const std::string* schema = StringAt(change, "schema");
  const std::string* table = StringAt(change, "table");
  if (action == nullptr || schema == nullptr || table == nullptr || table->empty()) {
    return Expected("action, schema and table");
  }
  const std::string type = Fitted(TypeOf(*schema, *table));
  if (*action == "T") {
    return std::vector<WriteEvent>{{.resource_type = type, .operation = "truncate"}};
  }
  const auto after = RowAt(change, "columns");
  if (!after.ok()) return after.status();
  const auto before = RowAt(change, "identity");
  if (!before.ok()) return before.status();
  const auto key = KeyOf(change);
  if (!key.ok()) return key.status();
  const std::string new_id = IdOf(*key, *after);
  const std::string old_id = IdOf(*key, *before);
  if (*action == "I") return std::vector<WriteEvent>{Inserted(type, new_id, Values(*after))};
  if (*action == "D") return std::vector<WriteEvent>{Deleted(type, old_id, *before)};
  if (*action != "U") return Expected("one of the actions B, C, I, U, D, T and M");
  if (new_id == old_id) {
    return std::vector<WriteEvent>{Updated(type, new_id, *before, *after)};
  }
  return std::vector<WriteEvent>{Deleted(type, old_id, *before),
                                 Inserted(type, new_id, Merged(*before, *after))};
}

absl::StatusOr<std::optional<std::vector<WriteEvent>>> Wal2JsonReader::Add(absl::string_view line) {
  const absl::StatusOr<JsonText> change = ParseJson(line);
  if (!change.ok()) return change.status();
  const std::string* action = StringAt(*change, "action");
  if (action == nullptr) return Expected("an object with an action: wal2json's format version 2");
  if (*action == "M") return std::nullopt;  // a message of an application, not a write
  if (*action == "B") {
    std::optional<std::vector<WriteEvent>> cut_off = Finish();
    inside_ = true;
    return cut_off;
  }
  if (*action == "C") {
    inside_ = false;
    return std::exchange(writes_, {});
  }
  absl::StatusOr<std::vector<WriteEvent>> writes = WritesOfChange(*change);
  if (!writes.ok()) return writes.status();
  if (!inside_) return *std::move(writes);
  std::move(writes->begin(), writes->end(), std::back_inserter(writes_));
  return std::nullopt;
}

std::optional<std::vector<WriteEvent>> Wal2JsonReader::Finish() {
  if (!std::exchange(inside_, false) || writes_.empty()) return std::nullopt;
  return std::exchange(writes_, {});
}

}  // namespace cache_invalidation::cachectl
