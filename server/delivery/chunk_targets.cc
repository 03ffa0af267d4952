// SPDX-License-Identifier: Apache-2.0

#include "server/delivery/chunk_targets.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "common/pattern.h"

namespace cache_invalidation::delivery {
namespace {

using engine::TargetKind;

bool TargetPasses(const wire::PartTarget& target, const Filter& filter) {
  switch (target.target) {
    case TargetKind::kTag:
      return filter.PassesTag(target.name);
    case TargetKind::kKey:
      return filter.PassesKey(target.name);
    case TargetKind::kPattern:
      return filter.PassesPattern(target.name);
    case TargetKind::kEverything:
      return true;
  }
  return true;
}

}  // namespace

std::string LiteralPrefixes::Of(absl::string_view expression) {
  MutexLock lock(mutex_);
  return known_.Get(expression, [](absl::string_view text) {
    const absl::StatusOr<Pattern> pattern = Pattern::Compile(text);
    return pattern.ok() ? std::string(pattern->literal_prefix()) : std::string();
  });
}

ChunkTargets::ChunkTargets(std::shared_ptr<const wire::Chunk> chunk, LiteralPrefixes& prefixes)
    : chunk_(std::move(chunk)) {
  first_target_.reserve(chunk_->parts.size() + 1);
  for (const wire::Chunk::Part& part : chunk_->parts) {
    first_target_.push_back(static_cast<uint32_t>(targets_.size()));
    wire::AppendTargets(chunk_->part_bytes(part), targets_);
  }
  first_target_.push_back(static_cast<uint32_t>(targets_.size()));
  for (wire::PartTarget& target : targets_) {
    if (target.target != TargetKind::kPattern) continue;
    literal_prefixes_.push_back(prefixes.Of(target.name));
    target.name = literal_prefixes_.back();
  }
}

bool ChunkTargets::Passes(size_t part, const Filter& filter) const {
  const auto begin = targets_.begin() + first_target_[part];
  const auto end = targets_.begin() + first_target_[part + 1];
  // We do not know how to judge a part that names nothing.
  return begin == end || std::any_of(begin, end, [&](const wire::PartTarget& target) {
           return TargetPasses(target, filter);
         });
}

size_t ChunkTargets::bytes() const {
  return sizeof(*this) + chunk_->bytes.capacity() + targets_.capacity() * sizeof(wire::PartTarget) +
         first_target_.capacity() * sizeof(uint32_t) +
         literal_prefixes_.size() * sizeof(std::string);
}

}  // namespace cache_invalidation::delivery
