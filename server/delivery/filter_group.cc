#include "server/delivery/filter_group.h"

namespace cache_invalidation::delivery {
namespace {

// Size of a group's cache: enough for the chunks that accumulate while every stream takes a turn,
// and little enough for one group per subscriber.
constexpr size_t kPassingBytes = 64 << 10;

}  // namespace

FilterGroup::FilterGroup(std::shared_ptr<const Filter> filter,
                         std::shared_ptr<TargetsCache> targets)
    : filter_(std::move(filter)), targets_(std::move(targets)), passing_(kPassingBytes) {}

std::shared_ptr<const PassingParts> FilterGroup::Passing(
    const std::shared_ptr<const wire::Chunk>& chunk) {
  return passing_.Get(*chunk, [&] {
    const std::shared_ptr<const ChunkTargets> targets = targets_->Get(chunk);
    PassingParts passing;
    const uint32_t size = static_cast<uint32_t>(chunk->parts.size());
    for (uint32_t part = 0; part < size; ++part) {
      if (!targets->Passes(part, *filter_)) continue;
      if (passing.runs.empty() || passing.runs.back().end != part) {
        passing.runs.push_back({part, part});
      }
      passing.runs.back().end = part + 1;
    }
    return passing;
  });
}

}  // namespace cache_invalidation::delivery
