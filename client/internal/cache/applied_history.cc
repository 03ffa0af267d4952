#include "client/internal/cache/applied_history.h"

#include <algorithm>

namespace cache_invalidation::client::internal {

uint64_t AppliedHistory::Begin(const Change& change) {
  recent_.Record(++recorded_, change);
  return recorded_;
}

void AppliedHistory::BeginReset() {
  if (now_.resets % 2 == 0) ++now_.resets;
}

void AppliedHistory::EndReset(const Position& position) {
  ++now_.resets;
  position_ = position;
}

void AppliedHistory::Pass(uint64_t revision) {
  position_.revision = std::max(position_.revision, revision);
}

uint64_t AppliedHistory::FirstTouch(const Moment& after, absl::string_view key,
                                    const EntryNames& names) const {
  if (after.resets != now_.resets || now_.resets % 2 != 0) return after.step + 1;
  return recent_.FirstTouch(after.step, key, names);
}

}  // namespace cache_invalidation::client::internal
