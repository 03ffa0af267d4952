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

std::shared_ptr<const PassingEntries> FilterGroup::Passing(
    const std::shared_ptr<const wire::Chunk>& chunk) {
  return passing_.Get(*chunk, [&] {
    const std::shared_ptr<const ChunkTargets> targets = targets_->Get(chunk);
    PassingEntries passing;
    const uint32_t size = static_cast<uint32_t>(chunk->entries.size());
    for (uint32_t entry = 0; entry < size; ++entry) {
      if (!targets->Passes(entry, *filter_)) continue;
      if (passing.runs.empty() || passing.runs.back().end != entry) {
        passing.runs.push_back({entry, entry});
      }
      passing.runs.back().end = entry + 1;
    }
    return passing;
  });
}

}  // namespace cache_invalidation::delivery
