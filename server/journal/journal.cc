#include "server/journal/journal.h"

#include <vector>

namespace cache_invalidation::journal {

void Journal::Write(const Line& line) {
  if (!Takes(line.level)) return;
  const absl::Duration now = clock_.Monotonic();
  WriteLeftOut(now);
  // An operator who asks for that level wants every line.
  if (line.level != Level::kDebug) {
    MutexLock lock(mutex_);
    if (!quota_.Admit(line.level, line.message, now)) return;
  }
  sink_(FormatLine(format_, clock_.Now(), line));
}

void Journal::WriteLeftOut(absl::Duration by) {
  std::vector<LineQuota::LeftOut> left_out;
  {
    MutexLock lock(mutex_);
    left_out = quota_.TakeLeftOut(by);
  }
  for (const LineQuota::LeftOut& kind : left_out) {
    sink_(FormatLine(format_, clock_.Now(),
                     {kind.level, "lines left out", {{"lines", kind.lines}}, kind.message}));
  }
}

}  // namespace cache_invalidation::journal
