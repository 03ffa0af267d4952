#include "server/engine/remembered_names.h"

#include <algorithm>

namespace cache_invalidation::engine {

void RememberedNames::Count(uint64_t revision) {
  ++total_;
  if (revisions_ == 0) return;  // all after the head: no floor forgets them yet
  const uint64_t place = std::min(revision - floor_, revisions_) - 1;
  ++spans_[place * kSpans / revisions_];
}

uint64_t RememberedNames::FloorThatLeaves(uint64_t most) const {
  uint64_t left = 0;
  for (size_t spans = kSpans; spans > 0; --spans) {
    left += spans_[spans - 1];
    // The end of this span, rounded up.
    if (left > most) return floor_ + (spans * revisions_ + kSpans - 1) / kSpans;
  }
  return floor_;
}

}  // namespace cache_invalidation::engine
