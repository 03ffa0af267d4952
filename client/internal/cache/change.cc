// SPDX-License-Identifier: Apache-2.0

#include "client/internal/cache/change.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "common/limits.h"
#include "common/tag.h"

namespace cache_invalidation::client::internal {
namespace {

void AddEverything(bool evicts, Change& change) {
  (evicts ? change.evicts_everything : change.marks_everything) = true;
}

}  // namespace

Change ChangeOf(const Event& event, CompiledPatterns& compiled) {
  Change change;
  for (const Invalidation& invalidation : event.invalidations) {
    const bool evicts = invalidation.kind == InvalidationKind::kEvict;
    switch (invalidation.target) {
      case TargetKind::kTag:
        change.tags.push_back({invalidation.name, evicts});
        break;
      case TargetKind::kKey:
        change.keys.push_back({invalidation.name, evicts});
        break;
      case TargetKind::kPattern: {
        const absl::StatusOr<Pattern>& pattern = compiled.Get(invalidation.name, Pattern::Compile);
        if (pattern.ok() && change.patterns.size() < kMaxCompiledPatterns) {
          change.patterns.push_back({*pattern, evicts});
        } else {
          AddEverything(evicts, change);
        }
        break;
      }
      case TargetKind::kEverything:
        AddEverything(evicts, change);
        break;
    }
  }
  return change;
}

Change ChangeOf(const std::vector<std::string>& tags, const std::vector<std::string>& keys) {
  Change change;
  for (const std::string& tag : tags) change.tags.push_back({tag, true});
  for (const std::string& key : keys) change.keys.push_back({key, true});
  return change;
}

bool SubscriptionFilter::Passes(absl::string_view key, const EntryNames& names) const {
  return PassesKey(key) &&
         std::all_of(names.keys.begin(), names.keys.end(),
                     [this](const std::string& other) { return PassesKey(other); }) &&
         std::all_of(names.tags.begin(), names.tags.end(),
                     [this](const std::string& tag) { return PassesTag(tag); });
}

// If a tag passes, so does every tag above it. So every invalidation through the tag is delivered.
bool SubscriptionFilter::PassesTag(absl::string_view tag) const {
  return tags_.empty() || std::any_of(tags_.begin(), tags_.end(), [&](const std::string& own) {
           return IsSelfOrAncestor(own, tag) || IsSelfOrAncestor(tag, own);
         });
}

bool SubscriptionFilter::PassesKey(absl::string_view key) const {
  return key_prefixes_.empty() ||
         std::any_of(key_prefixes_.begin(), key_prefixes_.end(),
                     [&](const std::string& prefix) { return absl::StartsWith(key, prefix); });
}

}  // namespace cache_invalidation::client::internal
