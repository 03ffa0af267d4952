#include "server/engine/broad_revisions.h"

#include <utility>

namespace cache_invalidation::engine {
namespace {

void ForgetUpTo(uint64_t floor, LastRevisions& revisions) {
  if (revisions.evicted <= floor) revisions.evicted = 0;
  if (revisions.staled <= floor) revisions.staled = 0;
}

}  // namespace

absl::string_view BroadRevisions::NotePattern(absl::string_view expression, bool evicts,
                                              uint64_t revision) {
  auto noted = patterns_.find(expression);
  if (noted == patterns_.end()) {
    noted = patterns_.emplace(std::string(expression), PatternMark{Compiled(expression), {}}).first;
  }
  noted->second.revisions.Note(evicts, revision);
  const absl::string_view kept = noted->first;
  if (patterns_.size() > max_patterns_) GiveUpOne();
  return kept;
}

Pattern BroadRevisions::Compiled(absl::string_view expression) const {
  const auto known = patterns_.find(expression);
  return known != patterns_.end() ? known->second.pattern : *Pattern::Compile(expression);
}

// The oldest, of equally old ones the smallest expression.
void BroadRevisions::GiveUpOne() {
  const auto oldest =
      std::min_element(patterns_.begin(), patterns_.end(), [](const auto& a, const auto& b) {
        return a.second.revisions.last() < b.second.revisions.last();
      });
  any_key_.Note(/*evicts=*/true, oldest->second.revisions.evicted);
  any_key_.Note(/*evicts=*/false, oldest->second.revisions.staled);
  given_up_.push_back(patterns_.extract(oldest));
}

void BroadRevisions::Forget(uint64_t floor) {
  ForgetUpTo(floor, everything_);
  ForgetUpTo(floor, any_key_);
  std::erase_if(patterns_,
                [floor](const auto& item) { return item.second.revisions.last() <= floor; });
}

}  // namespace cache_invalidation::engine
