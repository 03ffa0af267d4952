#ifndef CACHE_INVALIDATION_SERVER_ENGINE_REMEMBERED_NAMES_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_REMEMBERED_NAMES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cache_invalidation::engine {

// How many names are remembered only for what happened to them, and roughly when that was: it
// counts them by equal spans of the revisions floor + 1 .. head. Thread-compatible.
class RememberedNames {
 public:
  RememberedNames() = default;
  RememberedNames(uint64_t floor, uint64_t head) : floor_(floor), revisions_(head - floor) {}
  // What counted this: see spans.
  RememberedNames(uint64_t floor, uint64_t head, const std::vector<uint64_t>& spans);

  // One more, to which something happened last at `revision`. What happened after the head counts
  // as happened at it. REQUIRES: above the floor.
  void Count(uint64_t revision);

  uint64_t total() const { return total_; }
  // How many of each span, from the oldest on, without those behind the last that has any. What
  // was counted where no floor forgets it yet counts with the first.
  std::vector<uint64_t> spans() const;

  // The lowest floor, as far as spans tell, above which there are no more than `most`.
  uint64_t FloorThatLeaves(uint64_t most) const;

 private:
  static constexpr size_t kSpans = 64;

  uint64_t floor_ = 0;
  uint64_t revisions_ = 0;
  uint64_t total_ = 0;
  std::array<uint64_t, kSpans> spans_ = {};
};

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_REMEMBERED_NAMES_H_
