// SPDX-License-Identifier: Apache-2.0

#include "server/engine/explained_hits.h"

#include "absl/container/inlined_vector.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/tag.h"
#include "server/engine/limits.h"

namespace cache_invalidation::engine {
namespace {

// Matching this many patterns takes as long as looking at one key.
constexpr uint64_t kPatternsPerLook = 8;

// The counters of the targets that hit one key.
using Counters = absl::InlinedVector<uint64_t*, 4>;

// Looking at this many names of an entry takes as long as looking at one key.
constexpr uint64_t kNamesPerLook = 16;

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

ExplanationNode NodeOf(ExplanationKind kind, absl::string_view name, std::string reason) {
  ExplanationNode node;
  node.kind = kind;
  node.name = std::string(name);
  node.reason = std::move(reason);
  return node;
}

void AddReason(absl::string_view reason, ExplanationNode& node) {
  absl::StrAppend(&node.reason, node.reason.empty() ? "" : "; ", reason);
}

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
  const uint64_t cost = 1 + patterns.size() / kPatternsPerLook;
  for (const auto& [name, key] : graph.keys()) {
    looked_at += cost;
    if (looked_at > limit) {
      complete_ = false;
      break;
    }
    Counters counters;
    if (key->entry != nullptr) {
      looked_at += key->entry->names() / kNamesPerLook;
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

Followers::Followers(const Graph& graph, const Freshness& freshness, absl::string_view target,
                     const Pattern* pattern, uint64_t limit)
    : target_(target), pattern_(pattern), closure_(graph, freshness, limit) {
  if (pattern_ != nullptr) {
    closure_.AddPattern(*pattern_);
  } else {
    closure_.AddTag(target_);
  }
  closure_.Spread(InvalidationKind::kEvict);
  dependents_ = closure_.Dependents();
}

void Followers::AddAll(ExplanationNode& target, uint32_t level, ExplanationLimits& limits) const {
  Shown shown;
  for (const Key* key : dependents_) shown[ReachedAs(*key).via].push_back(key);
  AddTops(shown, target, level, limits);
}

bool Followers::AddWayTo(const Key& key, ExplanationNode& target, uint32_t level,
                         ExplanationLimits& limits) const {
  const auto reached = closure_.reached().find(const_cast<Key*>(&key));
  if (reached == closure_.reached().end() || reached->second.via == nullptr) return false;
  Shown shown;
  for (const Node* at = &key;;) {
    const Key* follower = static_cast<const Key*>(at);
    at = ReachedAs(*follower).via;
    shown[at].push_back(follower);
    if (IsTop(*at)) break;
  }
  AddTops(shown, target, level, limits);
  return true;
}

void Followers::AddTops(const Shown& shown, ExplanationNode& target, uint32_t level,
                        ExplanationLimits& limits) const {
  std::vector<const Node*> tops;
  for (const auto& [source, keys] : shown) {
    if (IsTop(*source)) tops.push_back(source);
  }
  std::sort(tops.begin(), tops.end(),
            [](const Node* a, const Node* b) { return NodeBefore(*a, *b); });
  for (const Node* top : tops) {
    if (top->kind == NameKind::kTag) {
      AddBelow(*top, shown, target, level, limits);
      continue;
    }
    if (!limits.Take(target)) continue;
    ExplanationNode node =
        NodeOf(ExplanationKind::kKey, top->name, HowHit(static_cast<const Key&>(*top)));
    AddBelow(*top, shown, node, level + 1, limits);
    target.children.push_back(std::move(node));
  }
}

// `parent` is at `level`.
void Followers::AddBelow(const Node& source, const Shown& shown, ExplanationNode& parent,
                         uint32_t level, ExplanationLimits& limits) const {
  const auto followers = shown.find(&source);
  if (followers == shown.end()) return;
  if (level >= kMaxExplanationLevels) {
    parent.children_left_out += followers->second.size();
    return;
  }
  for (const Key* key : followers->second) {
    if (!limits.Take(parent)) continue;
    ExplanationNode node =
        NodeOf(ExplanationKind::kDependency, key->name, HowFollows(*key, source));
    // The dependents of a top are shown below the top; this also ends cycles.
    if (!IsTop(*key)) AddBelow(*key, shown, node, level + 1, limits);
    parent.children.push_back(std::move(node));
  }
}

std::string Followers::HowHit(const Key& key) const {
  if (pattern_ != nullptr) return "the whole key matches";
  for (const Tag* tag : key.entry->tags) {
    if (IsSelfOrAncestor(target_, tag->name)) return absl::StrCat("carries ", tag->name);
  }
  return "";
}

std::string Followers::HowFollows(const Key& key, const Node& source) {
  if (key.FindEdge(&source) == nullptr) {
    return absl::StrCat("carries ", source.name, ", but not all of its fills do: its key is named");
  }
  return absl::StrCat("computed from ", source.kind == NameKind::kTag ? "tag " : "key ",
                      source.name);
}

}  // namespace cache_invalidation::engine
