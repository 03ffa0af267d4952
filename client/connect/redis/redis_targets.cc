#include "client/connect/redis/redis_targets.h"

#include "absl/strings/str_cat.h"
#include "re2/re2.h"

namespace cache_invalidation::connect {
namespace {

using client::TargetKind;

void AddTag(const RedisOptions& options, const std::string& tag, RedisTargets& targets,
            RedisTargetCounts& counts) {
  if (!options.versions.empty()) targets.versions.insert(absl::StrCat(options.versions, tag));
  KeyTemplate::Named named;
  bool matched = !options.versions.empty();
  for (const KeyTemplate& key_template : options.templates) {
    matched = key_template.Match(tag, named) || matched;
  }
  for (std::string& key : named.keys) targets.keys.insert(std::move(key));
  for (std::string& prefix : named.prefixes) targets.scans.insert({std::move(prefix), ""});
  if (!matched) ++counts.unmatched_tags;
}

void AddKey(const RedisOptions& options, const std::string& name, RedisTargets& targets,
            RedisTargetCounts& counts) {
  std::string key = absl::StrCat(options.key_prefix, name);
  if (IsCacheKey(options, key)) {
    targets.keys.insert(std::move(key));
  } else {
    ++counts.foreign_keys;
  }
}

}  // namespace

void RedisTargets::MakeEverything() { *this = RedisTargets{.everything = true}; }

void RedisTargets::Merge(RedisTargets other) {
  if (everything) return;
  if (other.everything) return MakeEverything();
  if (keys.size() < other.keys.size()) std::swap(keys, other.keys);
  keys.merge(other.keys);
  if (versions.size() < other.versions.size()) std::swap(versions, other.versions);
  versions.merge(other.versions);
  scans.merge(other.scans);
  if (scans.size() > kMaxScans) MakeEverything();
}

RedisTargets TargetsOf(const RedisOptions& options, const client::Event& event,
                       RedisTargetCounts& counts) {
  RedisTargets targets;
  for (const client::Invalidation& invalidation : event.invalidations) {
    switch (invalidation.target) {
      case TargetKind::kTag:
        AddTag(options, invalidation.name, targets, counts);
        break;
      case TargetKind::kKey:
        AddKey(options, invalidation.name, targets, counts);
        break;
      case TargetKind::kPattern:
        if (!RE2(invalidation.name, RE2::Quiet).ok()) {
          // A syntax that this version of RE2 does not have.
          ++counts.widened;
          targets.MakeEverything();
          return targets;
        }
        targets.scans.insert({options.key_prefix, invalidation.name});
        break;
      case TargetKind::kEverything:
        targets.MakeEverything();
        return targets;
    }
  }
  if (targets.scans.size() > kMaxScans) {
    ++counts.widened;
    targets.MakeEverything();
  }
  return targets;
}

}  // namespace cache_invalidation::connect
