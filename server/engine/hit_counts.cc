#include "server/engine/hit_counts.h"

#include <algorithm>

#include "absl/container/inlined_vector.h"
#include "absl/strings/match.h"
#include "common/pattern.h"
#include "common/tag.h"
#include "server/engine/limits.h"

namespace cache_invalidation::engine {
namespace {

// Matching this many patterns takes as long as looking at one key.
constexpr uint64_t kPatternsPerKey = 8;

// The counters of the targets that hit one key.
using Counters = absl::InlinedVector<uint64_t*, 4>;

// Looking at this many names of an entry takes as long as looking at one key.
constexpr uint64_t kNamesPerKey = 16;

// Whether anything that still counts is known of the key; evicted entries may not have been removed
// yet. Adds the edges it looks at to `looked_at`; beyond `limit` the key counts as known.
bool IsKnown(const Key& key, const Freshness& freshness, uint64_t limit, uint64_t& looked_at) {
  if (freshness.IsLive(key)) return true;
  const bool owns = freshness.OwnsActively(key);
  for (const Edge& edge : key.depends_on) {
    if (++looked_at > limit || edge.declared_at(freshness.now()) || (edge.owned && owns)) {
      return true;
    }
  }
  if (!key.has_dependents()) return false;
  return std::any_of(key.dependents->begin(), key.dependents->end(), [&](const Key* dependent) {
    return ++looked_at > limit || freshness.IsActive(*dependent, *dependent->FindEdge(&key));
  });
}

}  // namespace

HitCounts::HitCounts(const Graph& graph, const Freshness& freshness, const Plan& plan,
                     uint64_t limit) {
  std::vector<const Pattern*> patterns;
  for (const PlannedStep& step : plan.steps) {
    for (const PlannedTarget& target : step.targets) {
      const bool added = hits_.try_emplace({target.target, target.name}, 0).second;
      if (added && target.pattern != nullptr) patterns.push_back(target.pattern);
    }
  }
  uint64_t looked_at = 0;
  // Matching a key against many patterns takes as long as looking at many keys.
  const uint64_t cost = 1 + patterns.size() / kPatternsPerKey;
  for (const auto& [name, key] : graph.keys()) {
    looked_at += cost;
    if (looked_at > limit) {
      complete_ = false;
      break;
    }
    Counters counters;
    if (key->entry != nullptr) {
      looked_at += key->entry->names() / kNamesPerKey;
      for (const Tag* tag : key->entry->tags) {
        ForEachSelfAndAncestor(tag->name, [&](absl::string_view above) {
          const auto hit = hits_.find({TargetKind::kTag, above});
          if (hit != hits_.end()) counters.push_back(&hit->second);
        });
      }
      if (!counters.empty() && !freshness.IsLive(*key)) counters.clear();
    }
    for (const Pattern* pattern : patterns) {
      if (!absl::StartsWith(name, pattern->literal_prefix())) continue;
      looked_at += pattern->MatchSteps(name.size()) / kStepsPerExplainedKey;
      if (looked_at > limit) {
        complete_ = false;
        break;
      }
      if (!pattern->Matches(name)) continue;
      if (!IsKnown(*key, freshness, limit, looked_at)) break;
      counters.push_back(&hits_.find({TargetKind::kPattern, pattern->expression()})->second);
    }
    if (counters.empty()) continue;
    ++keys_;
    std::sort(counters.begin(), counters.end());
    const auto end = std::unique(counters.begin(), counters.end());
    std::for_each(counters.begin(), end, [](uint64_t* counter) { ++*counter; });
  }
}

uint64_t HitCounts::Of(TargetKind target, absl::string_view name) const {
  const auto hit = hits_.find({target, name});
  return hit == hits_.end() ? 0 : hit->second;
}

}  // namespace cache_invalidation::engine
