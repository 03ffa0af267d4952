// SPDX-License-Identifier: Apache-2.0

#include "server/engine/sweep_round.h"

#include <algorithm>
#include <numeric>

namespace cache_invalidation::engine {

RememberedNames::RememberedNames(uint64_t floor, uint64_t head, const std::vector<uint64_t>& spans)
    : RememberedNames(floor, head) {
  std::copy_n(spans.begin(), std::min(spans.size(), kSpans), spans_.begin());
  total_ = std::accumulate(spans_.begin(), spans_.end(), uint64_t{0});
}

std::vector<uint64_t> RememberedNames::spans() const {
  size_t used = kSpans;
  while (used > 0 && spans_[used - 1] == 0) --used;
  return {spans_.begin(), spans_.begin() + used};
}

void RememberedNames::Count(uint64_t revision) {
  ++total_;
  // If the head is the floor, all revisions are above the head, and no possible floor forgets them.
  const uint64_t place = revisions_ == 0 ? 0 : std::min(revision - floor_, revisions_) - 1;
  ++spans_[revisions_ == 0 ? 0 : place * kSpans / revisions_];
}

uint64_t RememberedNames::FloorThatLeaves(uint64_t most) const {
  if (revisions_ == 0) return floor_;
  uint64_t left = 0;
  for (size_t spans = kSpans; spans > 0; --spans) {
    left += spans_[spans - 1];
    // The end of this span, rounded up.
    if (left > most) return floor_ + (spans * revisions_ + kSpans - 1) / kSpans;
  }
  return floor_;
}

SweepRecord SweepRound::ToRecord() const {
  SweepRecord record(static_cast<const SweepRecord&>(*this));
  record.names = counted.spans();
  return record;
}

SweepRound SweepRound::FromRecord(const SweepRecord& record) {
  return {record, true, RememberedNames(record.floor, record.head, record.names)};
}

}  // namespace cache_invalidation::engine
