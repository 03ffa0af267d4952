#include "server/journal/line_quota.h"

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

}  // namespace cache_invalidation::journal
