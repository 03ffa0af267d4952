// SPDX-License-Identifier: Apache-2.0

#include "server/journal/journal.h"

namespace cache_invalidation::journal {

bool LineQuota::Admit(Level level, absl::string_view message, absl::Duration now) {
  Period& period =
      periods_.try_emplace(std::string(message), Period{now + kLinePeriod, level}).first->second;
  return ++period.lines <= kLinesPerPeriod;
}

std::vector<LineQuota::LeftOut> LineQuota::TakeLeftOut(absl::Duration now) {
  std::vector<LeftOut> left_out;
  for (auto each = periods_.begin(); each != periods_.end();) {
    const auto& [message, period] = *each;
    if (period.ends > now) {
      ++each;
      continue;
    }
    if (period.lines > kLinesPerPeriod) {
      left_out.push_back({period.level, message, period.lines - kLinesPerPeriod});
    }
    each = periods_.erase(each);
  }
  return left_out;
}

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
