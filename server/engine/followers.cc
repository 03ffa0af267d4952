#include "server/engine/followers.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "common/tag.h"

namespace cache_invalidation::engine {

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

const Closure::Reached& Followers::ReachedAs(const Key& key) const {
  return closure_.reached().at(const_cast<Key*>(&key));
}

bool Followers::IsTop(const Node& node) const {
  return node.kind == NameKind::kTag || ReachedAs(static_cast<const Key&>(node)).root;
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
    ExplanationNode node;
    node.kind = ExplanationKind::kKey;
    node.name = top->name;
    node.reason = HowHit(static_cast<const Key&>(*top));
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
    ExplanationNode node;
    node.kind = ExplanationKind::kDependency;
    node.name = key->name;
    node.reason = HowFollows(*key, source);
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
