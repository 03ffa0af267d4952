// SPDX-License-Identifier: Apache-2.0

#include "server/engine/explained_targets.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/tag.h"

namespace cache_invalidation::engine {
namespace {

constexpr absl::string_view kNotFollowed =
    "not all dependents are shown: too many keys were looked at";

TargetKind TypeOf(const ExplanationNode& node) {
  return node.kind == ExplanationKind::kPattern ? TargetKind::kPattern : TargetKind::kTag;
}

}  // namespace

bool AllTargets::Explain(ExplanationNode& node, const Pattern* pattern, uint32_t level) {
  node.entries = hits_.Of(TypeOf(node), node.name);
  const auto [shown, first] = shown_.try_emplace({TypeOf(node), node.name}, 0);
  if (!first) {
    node.dependents = shown->second;
    return true;
  }
  const Followers followers(graph_, freshness_, node.name, pattern, limits_.keys_left());
  limits_.LookedAt(followers.looked_at());
  if (!followers.is_complete()) AddReason(kNotFollowed, node);
  node.dependents = shown->second = followers.size();
  followers.AddAll(node, level, limits_);
  return true;
}

const std::string* ExplainedKey::TagHitBy(absl::string_view target) const {
  auto hit = std::lower_bound(tags.begin(), tags.end(), target);
  if (hit == tags.end()) return nullptr;
  if (*hit != target) hit = std::lower_bound(hit, tags.end(), absl::StrCat(target, ":"));
  return hit != tags.end() && IsSelfOrAncestor(target, *hit) ? &*hit : nullptr;
}

bool ExplainedKey::MayBeMatchedBy(const Pattern& pattern) {
  const auto [known, added] = matched.try_emplace(pattern.expression(), false);
  if (added) known->second = matching.MayMatch(pattern, name);
  return known->second;
}

bool TargetsOfKey::Explain(ExplanationNode& node, const Pattern* pattern, uint32_t level) {
  node.entries = hits_.Of(TypeOf(node), node.name);
  if (Leads(node, pattern, level)) return true;
  node.applies = false;
  return MightHave(node, pattern);
}

bool TargetsOfKey::Leads(ExplanationNode& node, const Pattern* pattern, uint32_t level) {
  bool leads = false;
  if (pattern != nullptr && key_.MayBeMatchedBy(*pattern)) {
    AddKey("the whole key matches", node);
    leads = true;
  } else if (const std::string* tag = key_.TagHitBy(node.name); pattern == nullptr && tag) {
    AddKey(absl::StrCat("carries ", *tag), node);
    leads = true;
  }
  const Followers followers(graph_, freshness_, node.name, pattern, limits_.keys_left());
  limits_.LookedAt(followers.looked_at());
  if (!followers.is_complete()) AddReason(kNotFollowed, node);
  node.dependents = followers.size();
  if (leads || key_.known == nullptr) return leads;
  return followers.AddWayTo(*key_.known, node, level, limits_);
}

void TargetsOfKey::AddKey(std::string reason, ExplanationNode& target) {
  if (!limits_.Take(target)) return;
  target.children.push_back(NodeOf(ExplanationKind::kKey, key_.name, std::move(reason)));
}

bool TargetsOfKey::MightHave(ExplanationNode& node, const Pattern* pattern) const {
  if (pattern != nullptr) {
    AddReason(absl::StrCat("does not match the whole key ", key_.name), node);
    return true;
  }
  const std::string* near = key_.TagHitBy(FirstSegment(node.name));
  if (near == nullptr) return false;
  AddReason(
      IsSelfOrAncestor(*near, node.name)
          ? absl::StrCat("the key carries ", *near,
                         ", which is above it: a tag hits itself and the tags below it")
          : absl::StrCat("the key carries ", *near, ", which is neither the tag nor below it"),
      node);
  return true;
}

}  // namespace cache_invalidation::engine
