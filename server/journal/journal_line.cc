// SPDX-License-Identifier: Apache-2.0

#include "server/journal/journal_line.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "common/json_quote.h"
#include "common/names.h"

namespace cache_invalidation::journal {
namespace {

// Values are cut at the first of these with which the line fits. With the last one any line of the
// server does: its fields are few.
constexpr size_t kMostValueBytes[] = {kMaxLineBytes, 1024, 256, 64, 16};
constexpr absl::string_view kCut = "...";

constexpr char kTime[] = "%Y-%m-%dT%H:%M:%E3SZ";

// `escapes_quotes`: for a text in quotes.
std::string Escaped(absl::string_view text, size_t most_bytes, bool escapes_quotes = true) {
  std::string out;
  size_t read = 0;
  while (read < text.size()) {
    const size_t bytes = Utf8CharacterBytes(text.substr(read));
    const absl::string_view character = text.substr(read, bytes);
    if (read + std::max<size_t>(bytes, 1) > most_bytes) {
      return absl::StrCat(out, kCut);
    }
    if (!escapes_quotes && (character == "\"" || character == "\\")) {
      absl::StrAppend(&out, character);
    } else {
      AppendJsonCharacter(character, out);
    }
    read += std::max<size_t>(bytes, 1);
  }
  return out;
}

std::string Quoted(absl::string_view text, size_t most_bytes) {
  return absl::StrCat("\"", Escaped(text, most_bytes), "\"");
}

// Whether a value can stand in text without quotes.
bool IsPlain(absl::string_view value) {
  return !value.empty() && std::all_of(value.begin(), value.end(), [](unsigned char c) {
    return absl::ascii_isgraph(c) && c != '"' && c != '\\' && c != '=';
  });
}

absl::string_view NameOf(Level level) { return kLevelNames[static_cast<size_t>(level)]; }

std::string TextOf(absl::Time time, const Line& line, size_t most) {
  std::string out =
      absl::StrCat(absl::FormatTime(kTime, time, absl::UTCTimeZone()), " ", NameOf(line.level), " ",
                   Escaped(line.message, kMaxLineBytes, false));
  for (const Field& field : line.fields) {
    const bool plain = field.value.size() <= most && IsPlain(field.value);
    absl::StrAppend(&out, " ", field.name, "=", plain ? field.value : Quoted(field.value, most));
  }
  if (!line.detail.empty()) absl::StrAppend(&out, ": ", Escaped(line.detail, most, false));
  return out;
}

std::string JsonOf(absl::Time time, const Line& line, size_t most) {
  std::string out = absl::StrCat("{\"time\":\"", absl::FormatTime(kTime, time, absl::UTCTimeZone()),
                                 "\",\"level\":\"", NameOf(line.level),
                                 "\",\"message\":", Quoted(line.message, kMaxLineBytes));
  for (const Field& field : line.fields) {
    absl::StrAppend(&out, ",\"", field.name,
                    "\":", field.is_number ? field.value : Quoted(field.value, most));
  }
  if (!line.detail.empty()) absl::StrAppend(&out, ",\"detail\":", Quoted(line.detail, most));
  return out + "}";
}

}  // namespace

Field::Field(absl::string_view name, absl::Time value)
    : name(name), value(absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", value, absl::UTCTimeZone())) {}

std::string FormatLine(Format format, absl::Time time, const Line& line) {
  std::string out;
  for (const size_t most : kMostValueBytes) {
    out = format == Format::kJson ? JsonOf(time, line, most) : TextOf(time, line, most);
    if (out.size() <= kMaxLineBytes) break;
  }
  return out;
}

std::string FormatLastLine(Format format, absl::string_view message) {
  if (format == Format::kText) return absl::StrCat("error ", message, "\n");
  return absl::StrCat("{\"level\":\"error\",\"message\":", Quoted(message, kMaxLineBytes), "}\n");
}

}  // namespace cache_invalidation::journal
