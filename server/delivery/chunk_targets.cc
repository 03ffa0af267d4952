#include "server/delivery/chunk_targets.h"

#include <algorithm>
#include <utility>

namespace cache_invalidation::delivery {
namespace {

using engine::TargetType;

bool TargetPasses(const wire::EntryTarget& target, const Filter& filter) {
  switch (target.type) {
    case TargetType::kTag:
      return filter.PassesTag(target.name);
    case TargetType::kKey:
      return filter.PassesKey(target.name);
    case TargetType::kPattern:
      return filter.PassesPattern(target.name);
    case TargetType::kEverything:
      return true;
  }
  return true;
}

}  // namespace

ChunkTargets::ChunkTargets(std::shared_ptr<const wire::Chunk> chunk, LiteralPrefixes& prefixes)
    : chunk_(std::move(chunk)) {
  first_target_.reserve(chunk_->entries.size() + 1);
  for (const wire::Chunk::Entry& entry : chunk_->entries) {
    first_target_.push_back(static_cast<uint32_t>(targets_.size()));
    wire::AppendTargets(chunk_->entry_bytes(entry), targets_);
  }
  first_target_.push_back(static_cast<uint32_t>(targets_.size()));
  for (wire::EntryTarget& target : targets_) {
    if (target.type != TargetType::kPattern) continue;
    literal_prefixes_.push_back(prefixes.Of(target.name));
    target.name = literal_prefixes_.back();
  }
}

bool ChunkTargets::Passes(size_t entry, const Filter& filter) const {
  const auto begin = targets_.begin() + first_target_[entry];
  const auto end = targets_.begin() + first_target_[entry + 1];
  // We do not know how to judge an entry that names nothing.
  return begin == end || std::any_of(begin, end, [&](const wire::EntryTarget& target) {
           return TargetPasses(target, filter);
         });
}

size_t ChunkTargets::bytes() const {
  return sizeof(*this) + chunk_->bytes.capacity() +
         targets_.capacity() * sizeof(wire::EntryTarget) +
         first_target_.capacity() * sizeof(uint32_t) +
         literal_prefixes_.size() * sizeof(std::string);
}

}  // namespace cache_invalidation::delivery
