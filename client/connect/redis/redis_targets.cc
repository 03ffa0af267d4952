// SPDX-License-Identifier: Apache-2.0

#include "client/connect/redis/redis_targets.h"

#include "absl/strings/str_cat.h"
#include "re2/re2.h"

namespace cache_invalidation::connect {
namespace {

using client::TargetKind;

void AddTag(const RedisOptions& options, const std::string& tag, SinkTargets& targets,
            RedisTargetCounts& counts) {
  bool matched = !options.versions.empty();
  if (matched) targets.once.insert(absl::StrCat(options.versions, tag));
  for (const KeyTemplate& key_template : options.templates) {
    matched = key_template.Match(tag, targets) || matched;
  }
  if (!matched) ++counts.unmatched_tags;
}

void AddKey(const RedisOptions& options, const std::string& name, SinkTargets& targets,
            RedisTargetCounts& counts) {
  std::string key = absl::StrCat(options.key_prefix, name);
  if (IsCacheKey(options, key)) {
    targets.keys.insert(std::move(key));
  } else {
    ++counts.foreign_keys;
  }
}

}  // namespace

SinkTargets RedisTargetsOf(const RedisOptions& options, const client::Event& event,
                           RedisTargetCounts& counts) {
  SinkTargets targets;
  bool is_readable = true;
  for (const client::Invalidation& invalidation : event.invalidations) {
    switch (invalidation.target) {
      case TargetKind::kTag:
        AddTag(options, invalidation.name, targets, counts);
        break;
      case TargetKind::kKey:
        AddKey(options, invalidation.name, targets, counts);
        break;
      case TargetKind::kPattern:
        targets.scans.insert({options.key_prefix, invalidation.name});
        // False for a syntax that this version of RE2 does not have.
        is_readable = is_readable && RE2(invalidation.name, RE2::Quiet).ok();
        break;
      case TargetKind::kEverything:
        return {.everything = true};
    }
  }
  if (is_readable && targets.scans.size() <= kMaxScans) return targets;
  ++counts.widened;
  return {.everything = true};
}

}  // namespace cache_invalidation::connect
