// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/source_state.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/files.h"

namespace cache_invalidation::connect {
namespace {

// A hundred thousand tables fit. A larger file is something else.
constexpr size_t kMaxStateBytes = 64 << 20;
constexpr unsigned kOwnerOnly = 0600;
// Of the format. A file of another version counts as unreadable, which is a gap.
constexpr char kVersion[] = "3";

// A file is lines of fields with tabs between them; the first says what the line holds, and the
// last line is kEnd.
constexpr char kSource[] = "source";
constexpr char kTold[] = "told";
constexpr char kPublished[] = "published";
constexpr char kTable[] = "table";
constexpr char kEnd[] = "end";

void AppendLine(std::string& out, const std::vector<std::string>& fields) {
  const auto escape = [](std::string* text, const std::string& field) {
    absl::StrAppend(text, absl::CEscape(field));
  };
  absl::StrAppend(&out, absl::StrJoin(fields, "\t", escape), "\n");
}

// The fields of a line, one after the other. After the first that is not there, or is no number,
// ok() is false.
class Fields {
 public:
  explicit Fields(absl::string_view line) : fields_(absl::StrSplit(line, '\t')) {}

  bool ok() const { return ok_; }
  bool AtEnd() const { return next_ == fields_.size(); }

  std::string Text() {
    std::string text;
    ok_ = ok_ && !AtEnd() && absl::CUnescape(fields_[next_++], &text);
    return text;
  }
  Lsn Position() {
    const std::optional<Lsn> lsn = ParseLsn(Text());
    ok_ = ok_ && lsn.has_value();
    return lsn.value_or(0);
  }
  template <typename Integer>
  Integer Number() {
    Integer number = 0;
    ok_ = absl::SimpleAtoi(Text(), &number) && ok_;
    return number;
  }

 private:
  const std::vector<absl::string_view> fields_;
  size_t next_ = 0;
  bool ok_ = true;
};

// Returns whether the line is one of a state.
bool ReadLine(absl::string_view line, SourceState& state, bool& has_source) {
  Fields in(line);
  const std::string kind = in.Text();
  if (kind == kSource && !has_source) {
    has_source = in.Text() == kVersion;
    state.system_id = in.Text();
    state.timeline = in.Text();
    state.slot = in.Text();
    state.confirmed = in.Position();
    state.wal_end = in.Position();
    state.publication.definition = in.Text();
  } else if (kind == kTold) {
    state.told = {.lsn = in.Position(), .end = in.Position()};
    state.told.time = absl::FromUnixMicros(in.Number<int64_t>());
    if (!in.AtEnd()) state.told.xid = in.Number<uint32_t>();
  } else if (kind == kPublished) {
    PublishedTable& table = state.publication.tables[in.Text()];
    table = {.root_schema = in.Text(), .root_table = in.Text(), .rows = in.Text()};
  } else if (kind == kTable) {
    TableFacts& facts = state.tables[in.Number<uint32_t>()];
    facts = {.published = true, .schema = in.Text(), .table = in.Text()};
    for (auto left = in.Number<size_t>(); in.ok() && left > 0; --left) {
      facts.columns.push_back(in.Text());
    }
    while (in.ok() && !in.AtEnd()) facts.key.push_back(in.Text());
  } else {
    return false;
  }
  return has_source && in.ok() && in.AtEnd();
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
  const auto add_missing = [&](const Publication& from, const Publication& in) {
    for (const auto& [name, table] : from.tables) {
      const auto place = in.tables.find(name);
      if (place == in.tables.end() || place->second != table) out.push_back(table);
    }
  };
  add_missing(before, now);
  add_missing(now, before);
  return out;
}

std::string FormatState(const SourceState& state) {
  std::string out;
  AppendLine(out,
             {kSource, kVersion, state.system_id, state.timeline, state.slot,
              FormatLsn(state.confirmed), FormatLsn(state.wal_end), state.publication.definition});
  const Commit& told = state.told;
  if (told.end != 0) {
    std::vector<std::string> fields = {kTold, FormatLsn(told.lsn), FormatLsn(told.end),
                                       absl::StrCat(absl::ToUnixMicros(told.time))};
    if (told.xid.has_value()) fields.push_back(absl::StrCat(*told.xid));
    AppendLine(out, fields);
  }
  for (const auto& [name, table] : state.publication.tables) {
    AppendLine(out, {kPublished, name, table.root_schema, table.root_table, table.rows});
  }
  for (const auto& [oid, facts] : state.tables) {
    std::vector<std::string> fields = {kTable, absl::StrCat(oid), facts.schema, facts.table,
                                       absl::StrCat(facts.columns.size())};
    fields.insert(fields.end(), facts.columns.begin(), facts.columns.end());
    fields.insert(fields.end(), facts.key.begin(), facts.key.end());
    AppendLine(out, fields);
  }
  AppendLine(out, {kEnd});
  return out;
}

absl::StatusOr<SourceState> ParseState(absl::string_view text) {
  SourceState out;
  bool has_source = false;
  bool good = absl::ConsumeSuffix(&text, absl::StrCat("\n", kEnd, "\n"));
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    good = good && ReadLine(line, out, has_source);
  }
  if (!good) return absl::InvalidArgumentError("not the state of a source");
  return out;
}

absl::StatusOr<std::optional<SourceState>> ReadState(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error) && !error) return std::nullopt;
  const absl::StatusOr<std::string> text = ReadRegularFile(path, kMaxStateBytes);
  if (!text.ok()) {
    return absl::UnavailableError(
        absl::StrCat("cannot read ", path, ": ", text.status().message()));
  }
  absl::StatusOr<SourceState> state = ParseState(*text);
  if (!state.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", state.status().message()));
  }
  return *std::move(state);
}

absl::Status WriteState(const std::string& path, const SourceState& state) {
  return ReplaceFile(path, FormatState(state), kOwnerOnly);
}

absl::Status RemoveState(const std::string& path) {
  std::error_code error;
  std::filesystem::remove(path, error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot remove ", path, ": ", error.message()));
}

}  // namespace cache_invalidation::connect
