// SPDX-License-Identifier: Apache-2.0

#include "server/flags.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace cache_invalidation::journal {
namespace {

// A value is one of these names, in the order of the enum.
template <typename Enum, size_t size>
bool ParseName(const absl::string_view (&names)[size], absl::string_view text, Enum* value,
               std::string* error) {
  const auto* found = std::find(std::begin(names), std::end(names), text);
  if (found == std::end(names)) {
    *error = absl::StrCat("expected one of ", absl::StrJoin(names, ", "));
    return false;
  }
  *value = static_cast<Enum>(found - std::begin(names));
  return true;
}

}  // namespace

// How Abseil parses and prints the flags.
bool AbslParseFlag(absl::string_view text, Format* format, std::string* error) {
  return ParseName(kFormatNames, text, format, error);
}
std::string AbslUnparseFlag(Format format) {
  return std::string(kFormatNames[static_cast<size_t>(format)]);
}
bool AbslParseFlag(absl::string_view text, Level* level, std::string* error) {
  return ParseName(kLevelNames, text, level, error);
}
std::string AbslUnparseFlag(Level level) {
  return std::string(kLevelNames[static_cast<size_t>(level)]);
}

}  // namespace cache_invalidation::journal

ABSL_FLAG(cache_invalidation::journal::Format, log_format,
          cache_invalidation::journal::Format::kText,
          "Form of the lines on standard error: text, or json with one object per line.");
ABSL_FLAG(cache_invalidation::journal::Level, log_level, cache_invalidation::journal::Level::kInfo,
          "Least level of the lines on standard error: debug, info, warning or error. Only debug "
          "lines can contain keys and tags.");

namespace cache_invalidation {

journal::Format LogFormat() { return absl::GetFlag(FLAGS_log_format); }
journal::Level LogLevel() { return absl::GetFlag(FLAGS_log_level); }

}  // namespace cache_invalidation
