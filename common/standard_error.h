// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_COMMON_STANDARD_ERROR_H_
#define CACHE_INVALIDATION_COMMON_STANDARD_ERROR_H_

#include "absl/strings/string_view.h"

namespace cache_invalidation {

// A program whose standard error is a pipe that is not read must not wait for the reader: these
// write only what the pipe has room for. A line that does not fit is lost.

// From now on a write to a pipe without a reader fails, instead of ending the process.
void IgnoreClosedPipes();

// Writes a line, with its line break, that is cut at 4,096 bytes (what a pipe takes at once), so
// that lines of several threads do not mix. Thread-safe.
void ReportLine(absl::string_view line);

// Writes a line before the process ends. May be called by a signal handler.
void ReportLastLine(absl::string_view line);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_COMMON_STANDARD_ERROR_H_
