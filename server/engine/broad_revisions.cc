// SPDX-License-Identifier: Apache-2.0

#include "server/engine/broad_revisions.h"

#include <limits>
#include <utility>

namespace cache_invalidation::engine {
namespace {

void ForgetUpTo(uint64_t floor, LastRevisions& revisions) {
  if (revisions.evicted <= floor) revisions.evicted = 0;
  if (revisions.staled <= floor) revisions.staled = 0;
}

}  // namespace

absl::string_view BroadRevisions::NotePattern(absl::string_view expression, bool evicts,
                                              uint64_t revision, const Pattern* compiled) {
  const auto noted = MarkOf(expression, compiled);
  const absl::string_view kept = noted->first;
  noted->second.revisions.Note(evicts, revision);
  // Patterns of the same event may have been given up already; then all of them are.
  while (patterns_.size() > max_patterns_ || (!patterns_.empty() && any_key_.last() == revision)) {
    GiveUpOldest();
  }
  return kept;
}

void BroadRevisions::Load(absl::string_view expression, bool evicts, uint64_t revision) {
  if (revision > any_key_.last()) {
    MarkOf(expression, nullptr)->second.revisions.Note(evicts, revision);
  }
}

BroadRevisions::Patterns::iterator BroadRevisions::MarkOf(absl::string_view expression,
                                                          const Pattern* compiled) {
  const auto noted = patterns_.find(expression);
  if (noted != patterns_.end()) return noted;
  PatternMark mark = {compiled != nullptr ? *compiled : *Pattern::Compile(expression), {}};
  return patterns_.emplace(std::string(expression), std::move(mark)).first;
}

Pattern BroadRevisions::Compiled(absl::string_view expression) const {
  const auto known = patterns_.find(expression);
  return known != patterns_.end() ? known->second.pattern : *Pattern::Compile(expression);
}

void BroadRevisions::GiveUpOldest() {
  uint64_t oldest = std::numeric_limits<uint64_t>::max();
  for (const auto& [expression, mark] : patterns_) {
    oldest = std::min(oldest, mark.revisions.last());
  }
  for (auto at = patterns_.begin(); at != patterns_.end();) {
    const auto given_up = at++;
    LastRevisions& revisions = given_up->second.revisions;
    if (revisions.last() != oldest) {
      // The other revision of the pattern is later and covers both.
      ForgetUpTo(oldest, revisions);
      continue;
    }
    any_key_.Note(/*evicts=*/true, revisions.evicted);
    any_key_.Note(/*evicts=*/false, revisions.staled);
    given_up_.push_back(patterns_.extract(given_up));
  }
}

void BroadRevisions::Forget(uint64_t floor) {
  ForgetUpTo(floor, everything_);
  ForgetUpTo(floor, any_key_);
  for (auto& [expression, mark] : patterns_) ForgetUpTo(floor, mark.revisions);
  std::erase_if(patterns_, [](const auto& item) { return item.second.revisions.last() == 0; });
}

}  // namespace cache_invalidation::engine
