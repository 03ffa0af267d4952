#ifndef CACHE_INVALIDATION_SERVER_JOURNAL_LINE_QUOTA_H_
#define CACHE_INVALIDATION_SERVER_JOURNAL_LINE_QUOTA_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
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

}  // namespace cache_invalidation::journal

#endif  // CACHE_INVALIDATION_SERVER_JOURNAL_LINE_QUOTA_H_
