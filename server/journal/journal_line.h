// SPDX-License-Identifier: Apache-2.0

// One line of a journal, as text for people or as JSON for what collects it.

#ifndef CACHE_INVALIDATION_SERVER_JOURNAL_JOURNAL_LINE_H_
#define CACHE_INVALIDATION_SERVER_JOURNAL_JOURNAL_LINE_H_

#include <concepts>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cache_invalidation::journal {

// A longer line has its values cut. What a pipe takes at once, so lines of several threads do not
// mix (see ReportLine).
inline constexpr size_t kMaxLineBytes = 4095;

// How important a line is, ascending.
enum class Level { kDebug, kInfo, kWarning, kError };
inline constexpr absl::string_view kLevelNames[] = {"debug", "info", "warning", "error"};

enum class Format { kText, kJson };
inline constexpr absl::string_view kFormatNames[] = {"text", "json"};

// A name with a value that differs from line to line. The name is constant, and none of "time",
// "level", "message" and "detail".
struct Field {
  Field(absl::string_view name, absl::string_view value) : name(name), value(value) {}
  // In UTC, to the second.
  Field(absl::string_view name, absl::Time value);
  template <std::integral Number>
  Field(absl::string_view name, Number value)
      : name(name), value(absl::StrCat(value)), is_number(true) {}

  absl::string_view name;
  std::string value;
  bool is_number = false;
};

struct Line {
  Level level = Level::kInfo;
  // What has happened, in constant words.
  std::string message;
  std::vector<Field> fields = {};
  // Free text that says more, such as an error; can be empty.
  std::string detail = "";
};

// Returns the line, without its line break, with at most kMaxLineBytes bytes. Text:
//
//   2026-11-30T20:27:34.123Z error cannot start port=7400: the address is in use
//
// JSON: one object with the members time (RFC 3339, UTC), level, message, each field, and detail
// unless it is empty. It is valid whatever the values are: bytes that are not UTF-8 are replaced,
// and of a line that is too long the values are cut.
std::string FormatLine(Format format, absl::Time time, const Line& line);

// Returns a line that can be made in advance, with its line break: it has no time. For a process
// that cannot allocate memory any more.
std::string FormatLastLine(Format format, absl::string_view message);

}  // namespace cache_invalidation::journal

#endif  // CACHE_INVALIDATION_SERVER_JOURNAL_JOURNAL_LINE_H_
