// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_REPORT_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/waiting.h"

namespace cache_invalidation::cachectl {

// Returns a number with its noun: `Counted(1, "entry", "entries")` is "1 entry".
std::string Counted(uint64_t count, absl::string_view one, absl::string_view many);

// The output of a command, for people and for programs.
struct Report {
  // Protobuf's JSON mapping, as one line.
  std::string json;

  // Complete lines.
  std::string text;
};

enum class OutputFormat { kTable, kJson, kYaml };

// Returns the report in the format that the user chose.
std::string Render(const Report& report, OutputFormat format);

// Rows of text in columns, each as wide as its longest cell. Thread-compatible.
class Table {
 public:
  // A column whose title begins with ">" is aligned to the right; the ">" is not printed. If all
  // titles are empty there is no heading.
  explicit Table(std::vector<std::string> titles);

  // REQUIRES: as many cells as titles.
  void Add(std::vector<std::string> cells);

  std::string ToString() const;

 private:
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;  // the titles first
};

// The exit codes of cachectl. Scripts rely on them: docs and tests repeat them.
enum class ExitCode {
  kOk = 0,
  // Any other error: an internal error of the service, a file that cannot be read.
  kError = 1,
  // The command line or the content of a file is wrong, or the service refused an argument.
  kUsage = 2,
  // A named object does not exist.
  kNotFound = 3,
  // The request conflicts with the present state: a fill was refused, a value has moved, a limit
  // was reached, a subscriber that the call waited for was late.
  kConflict = 4,
  kPermission = 5,
  // The service cannot be reached, or did not respond in time. Try again.
  kUnavailable = 6,
  // Ended by SIGINT.
  kInterrupted = 130,
};

ExitCode ExitCodeOf(const absl::Status& status);

// The exit code of a command that may have waited.
ExitCode ExitCodeOf(const std::optional<client::Waiting>& waiting);

// Returns the text of an error: gRPC's name of its code, and its message.
std::string Describe(const absl::Status& status);

// Returns what to try after a command with this deadline failed, if it has tried for long; empty if
// that depends on the error. `took`: the time until it failed.
std::string HintOf(const absl::Status& status, absl::Duration took, absl::Duration timeout);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_REPORT_H_
