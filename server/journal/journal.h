// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_JOURNAL_JOURNAL_H_
#define CACHE_INVALIDATION_SERVER_JOURNAL_JOURNAL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "common/standard_error.h"
#include "server/journal/journal_line.h"

namespace cache_invalidation::journal {

// Lines of one kind in one period; more are left out and counted. Enough for a sequence of related
// errors, too few for a flood to hide the lines of other kinds.
inline constexpr uint64_t kLinesPerPeriod = 10;
inline constexpr absl::Duration kLinePeriod = absl::Seconds(10);

// Decides which lines are left out because too many of their kind came. The kind of a line is its
// message. A period begins with its first line. Memory: one item for each kind that came within a
// period; kinds are constants of the program. Thread-compatible.
class LineQuota {
 public:
  struct LeftOut {
    Level level;  // of the lines
    std::string message;
    uint64_t lines;
  };

  // Returns whether to write the line.
  bool Admit(Level level, absl::string_view message, absl::Duration now);

  // Returns what was left out in the periods that have ended, and forgets it.
  std::vector<LeftOut> TakeLeftOut(absl::Duration now);

 private:
  struct Period {
    absl::Duration ends;
    Level level;
    uint64_t lines = 0;
  };

  std::map<std::string, Period, std::less<>> periods_;  // by message
};

// What a server tells its operator: one line for each event of importance. (The *log* is what
// subscribers catch up from.)
//
//   journal.Write({Level::kInfo, "serving", {{"grpc_port", 7400}}});
//
// Above Level::kDebug no line names keys or tags, which can be personal data; and of each kind of
// line at most kLinesPerPeriod are written in a kLinePeriod. How many were left out is written with
// the next line of any kind after that time, or by Flush.
//
// Does not wait for the reader of standard error: a line that does not fit into the pipe is lost.
// Thread-safe.
class Journal {
 public:
  using Sink = std::function<void(absl::string_view line)>;

  // Writes lines of at least this level. `clock` must outlive the journal. `sink` must not block.
  Journal(Format format, Level least, const Clock& clock, Sink sink = ReportLine)
      : format_(format), least_(least), clock_(clock), sink_(std::move(sink)) {}
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  Format format() const { return format_; }

  // Whether lines of this level are written: callers need not prepare others.
  bool Takes(Level level) const { return level >= least_; }

  void Write(const Line& line) ABSL_LOCKS_EXCLUDED(mutex_);

  // Writes how many lines have been left out so far. For the end of a process.
  void Flush() ABSL_LOCKS_EXCLUDED(mutex_) { WriteLeftOut(absl::InfiniteDuration()); }

 private:
  // Writes how many lines were left out in the periods that have ended by then.
  void WriteLeftOut(absl::Duration by) ABSL_LOCKS_EXCLUDED(mutex_);

  const Format format_;
  const Level least_;
  const Clock& clock_;
  const Sink sink_;
  Mutex mutex_;  // not held while the sink is called
  LineQuota quota_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cache_invalidation::journal

#endif  // CACHE_INVALIDATION_SERVER_JOURNAL_JOURNAL_H_
