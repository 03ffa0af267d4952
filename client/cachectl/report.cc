// SPDX-License-Identifier: Apache-2.0

#include "client/cachectl/report.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/json_text/json_text.h"
#include "client/yaml_text/yaml_text.h"
#include "common/names.h"

namespace cache_invalidation::cachectl {
namespace {

constexpr char kGap[] = "  ";

// Counts characters, not bytes: close enough to the width on a screen.
size_t Width(absl::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    text.remove_prefix(std::max<size_t>(Utf8CharacterBytes(text), 1));
    ++width;
  }
  return width;
}

}  // namespace

std::string Counted(uint64_t count, absl::string_view one, absl::string_view many) {
  return absl::StrCat(count, " ", count == 1 ? one : many);
}

std::string Render(const Report& report, OutputFormat format) {
  switch (format) {
    case OutputFormat::kTable:
      return report.text;
    case OutputFormat::kJson:
      return absl::StrCat(IndentJson(report.json), "\n");
    case OutputFormat::kYaml:
      return JsonToYaml(report.json);
  }
  return report.text;
}

Table::Table(std::vector<std::string> titles) {
  for (std::string& title : titles) {
    right_.push_back(absl::StartsWith(title, ">"));
    if (right_.back()) title.erase(0, 1);
  }
  rows_.push_back(std::move(titles));
}

void Table::Add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

std::string Table::ToString() const {
  std::vector<size_t> widths(right_.size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  }
  const auto is_empty = [](const std::string& title) { return title.empty(); };
  const bool headed = !std::all_of(rows_[0].begin(), rows_[0].end(), is_empty);
  std::string out;
  for (auto row = rows_.begin() + (headed ? 0 : 1); row != rows_.end(); ++row) {
    std::string line;
    for (size_t i = 0; i < row->size(); ++i) {
      const std::string padding(widths[i] - Width((*row)[i]), ' ');
      absl::StrAppend(&line, i == 0 ? "" : kGap, right_[i] ? padding : "", (*row)[i],
                      right_[i] ? "" : padding);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&out, line, "\n");
  }
  return out;
}

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return ExitCode::kUsage;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kResourceExhausted:
      return ExitCode::kConflict;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kPermission;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return ExitCode::kUnavailable;
    default:
      return ExitCode::kError;
  }
}

ExitCode ExitCodeOf(const std::optional<client::Waiting>& waiting) {
  return waiting.has_value() && !waiting->complete() ? ExitCode::kConflict : ExitCode::kOk;
}

std::string Describe(const absl::Status& status) {
  return absl::StrCat(absl::StatusCodeToString(status.code()), ": ", status.message());
}

std::string HintOf(const absl::Status& status, absl::Duration took, absl::Duration timeout) {
  if (ExitCodeOf(status) != ExitCode::kUnavailable || took < timeout / 2) return "";
  return absl::StrCat("tried for ", absl::FormatDuration(timeout),
                      "; a server that has just been started or restored can need longer: give "
                      "it a longer --timeout. Repeating a call is harmless");
}

}  // namespace cache_invalidation::cachectl
