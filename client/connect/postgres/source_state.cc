#include "client/connect/postgres/source_state.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/connect/replace_file.h"
#include "client/json_text/json_text.h"
#include "common/files.h"
#include "common/json_quote.h"

namespace cache_invalidation::connect {
namespace {

// A hundred thousand tables fit. A larger file is something else.
constexpr size_t kMaxStateBytes = 64 << 20;
// Of the format. A file of another version counts as unreadable, which is a gap.
constexpr char kVersion[] = "1";

std::string List(const std::vector<std::string>& texts) {
  return absl::StrCat("[",
                      absl::StrJoin(texts, ",",
                                    [](std::string* out, const std::string& text) {
                                      absl::StrAppend(out, QuoteJson(text));
                                    }),
                      "]");
}

// Reads members that must be there; remembers whether one was not.
class Members {
 public:
  explicit Members(const JsonText& object) : object_(object) {}

  bool ok() const { return ok_; }
  std::string Text(absl::string_view name) {
    const JsonText* value = object_.Find(name);
    if (value == nullptr || value->kind != JsonText::Kind::kString) {
      ok_ = false;
      return "";
    }
    return value->text;
  }
  Lsn Position(absl::string_view name) {
    const std::optional<Lsn> lsn = ParseLsn(Text(name));
    if (!lsn.has_value()) ok_ = false;
    return lsn.value_or(0);
  }
  std::vector<std::string> Texts(absl::string_view name) {
    std::vector<std::string> out;
    for (const JsonText& element : Elements(name)) out.push_back(element.text);
    return out;
  }
  const std::vector<JsonText>& Elements(absl::string_view name) {
    static const auto& none = *new std::vector<JsonText>;
    const JsonText* value = object_.Find(name);
    if (value != nullptr && value->kind == JsonText::Kind::kList) return value->elements;
    ok_ = false;
    return none;
  }

 private:
  const JsonText& object_;
  bool ok_ = true;
};

std::string ObjectOf(const std::vector<std::pair<std::string, std::string>>& members) {
  return absl::StrCat("{",
                      absl::StrJoin(members, ", ",
                                    [](std::string* out, const auto& member) {
                                      absl::StrAppend(out, "\"", member.first,
                                                      "\": ", member.second);
                                    }),
                      "}");
}

std::string FormatTables(const KnownTables& tables) {
  std::vector<std::string> rows;
  for (const auto& [oid, facts] : tables) {
    rows.push_back(ObjectOf({{"oid", QuoteJson(absl::StrCat(oid))},
                             {"schema", QuoteJson(facts.schema)},
                             {"table", QuoteJson(facts.table)},
                             {"columns", QuoteJson(absl::StrCat(facts.columns))},
                             {"key", List(facts.key)}}));
  }
  return absl::StrCat("[", absl::StrJoin(rows, ",\n    "), "]");
}

std::string FormatPublished(const Publication& publication) {
  std::vector<std::string> rows;
  for (const auto& [name, table] : publication.tables) {
    rows.push_back(ObjectOf({{"name", QuoteJson(name)},
                             {"root_schema", QuoteJson(table.root_schema)},
                             {"root_table", QuoteJson(table.root_table)},
                             {"rows", QuoteJson(table.rows)}}));
  }
  return absl::StrCat("[", absl::StrJoin(rows, ",\n    "), "]");
}

// Commit times are only compared with the clock, so microseconds of Unix time suffice.
std::string FormatTold(const Commit& told) {
  return ObjectOf(
      {{"lsn", QuoteJson(FormatLsn(told.lsn))},
       {"end", QuoteJson(FormatLsn(told.end))},
       {"xid", QuoteJson(absl::StrCat(told.xid.value_or(0)))},
       {"time", QuoteJson(absl::StrCat(told.end == 0 ? 0 : absl::ToUnixMicros(told.time)))}});
}

bool ReadTold(const JsonText& json, Commit& told) {
  Members members(json);
  uint32_t xid = 0;
  int64_t micros = 0;
  told.lsn = members.Position("lsn");
  told.end = members.Position("end");
  if (!absl::SimpleAtoi(members.Text("xid"), &xid) ||
      !absl::SimpleAtoi(members.Text("time"), &micros)) {
    return false;
  }
  if (xid != 0) told.xid = xid;
  if (told.end != 0) told.time = absl::FromUnixMicros(micros);
  return members.ok();
}

bool ReadTables(const std::vector<JsonText>& rows, KnownTables& tables) {
  for (const JsonText& row : rows) {
    Members members(row);
    uint32_t oid = 0;
    TableFacts facts{.published = true,
                     .schema = members.Text("schema"),
                     .table = members.Text("table"),
                     .key = members.Texts("key")};
    if (!absl::SimpleAtoi(members.Text("oid"), &oid) ||
        !absl::SimpleAtoi(members.Text("columns"), &facts.columns) || !members.ok()) {
      return false;
    }
    tables.emplace(oid, std::move(facts));
  }
  return true;
}

bool ReadPublished(const std::vector<JsonText>& rows, Publication& publication) {
  for (const JsonText& row : rows) {
    Members members(row);
    std::string name = members.Text("name");
    publication.tables.emplace(
        std::move(name), PublishedTable{members.Text("root_schema"), members.Text("root_table"),
                                        members.Text("rows")});
    if (!members.ok()) return false;
  }
  return true;
}

absl::Status FileError(absl::string_view what, const std::string& path) {
  return absl::UnavailableError(absl::StrCat("cannot ", what, " ", path, ": ", strerror(errno)));
}

}  // namespace

std::vector<std::string> GapsSince(const std::optional<SourceState>& state,
                                   const DatabaseView& view, absl::string_view slot) {
  std::vector<std::string> reasons;
  if (!state.has_value()) reasons.push_back("no_state");
  if (!view.slot.has_value()) reasons.push_back("slot_missing");
  if (view.slot.has_value() && view.slot->lost) reasons.push_back("slot_lost");
  if (!state.has_value()) return reasons;
  if (state->slot != slot) reasons.push_back("other_slot");
  if (state->system_id != view.system_id) reasons.push_back("other_system");
  if (state->timeline != view.timeline) reasons.push_back("timeline");
  if (view.wal_end < state->wal_end) reasons.push_back("log_went_back");
  if (view.slot.has_value() && view.slot->confirmed > state->confirmed) {
    reasons.push_back("slot_advanced");
  }
  if (state->publication.definition != view.publication.definition) {
    reasons.push_back("publication");
  }
  return reasons;
}

std::vector<PublishedTable> ChangedTables(const Publication& before, const Publication& now) {
  std::vector<PublishedTable> out;
  for (const auto& [name, table] : before.tables) {
    const auto place = now.tables.find(name);
    if (place == now.tables.end() || place->second != table) out.push_back(table);
  }
  for (const auto& [name, table] : now.tables) {
    const auto place = before.tables.find(name);
    if (place == before.tables.end() || place->second != table) out.push_back(table);
  }
  return out;
}

std::string FormatState(const SourceState& state) {
  return absl::StrCat(
      "{\n  \"version\": ", QuoteJson(kVersion), ",\n  \"system_id\": ", QuoteJson(state.system_id),
      ",\n  \"timeline\": ", QuoteJson(state.timeline), ",\n  \"slot\": ", QuoteJson(state.slot),
      ",\n  \"confirmed\": ", QuoteJson(FormatLsn(state.confirmed)),
      ",\n  \"wal_end\": ", QuoteJson(FormatLsn(state.wal_end)),
      ",\n  \"told\": ", FormatTold(state.told),
      ",\n  \"publication\": ", QuoteJson(state.publication.definition),
      ",\n  \"published\": ", FormatPublished(state.publication),
      ",\n  \"tables\": ", FormatTables(state.tables), "\n}\n");
}

absl::StatusOr<SourceState> ParseState(absl::string_view text) {
  const absl::StatusOr<JsonText> json = ParseJson(text);
  if (!json.ok()) return json.status();
  Members members(*json);
  SourceState out{.system_id = members.Text("system_id"),
                  .timeline = members.Text("timeline"),
                  .slot = members.Text("slot"),
                  .confirmed = members.Position("confirmed"),
                  .wal_end = members.Position("wal_end")};
  out.publication.definition = members.Text("publication");
  const JsonText* told = json->Find("told");
  const bool good = members.Text("version") == kVersion && told != nullptr &&
                    ReadTold(*told, out.told) &&
                    ReadPublished(members.Elements("published"), out.publication) &&
                    ReadTables(members.Elements("tables"), out.tables) && members.ok();
  if (!good) return absl::InvalidArgumentError("not the state of a source");
  return out;
}

absl::StatusOr<std::optional<SourceState>> ReadState(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0 && errno == ENOENT) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  const std::optional<std::string> text = ReadAtMost(file, kMaxStateBytes);
  if (!text.has_value()) return FileError("read", path);
  absl::StatusOr<SourceState> state = ParseState(*text);
  if (!state.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", state.status().message()));
  }
  return *std::move(state);
}

absl::Status WriteState(const std::string& path, const SourceState& state) {
  return ReplaceFile(path, FormatState(state));
}

absl::Status RemoveState(const std::string& path) {
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return FileError("remove", path);
}

}  // namespace cache_invalidation::connect
