#include "client/connect/http/purge_targets.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "client/surrogate_keys.h"
#include "common/tag.h"

namespace cache_invalidation::connect {

using client::TargetKind;

SinkTargets PurgesOf(const client::Event& event, const HttpSinkOptions& options) {
  SinkTargets purges;
  for (const client::Invalidation& target : event.invalidations) {
    const bool is_soft = options.soft && target.kind == client::InvalidationKind::kMarkStale;
    SinkTargets more;
    std::set<std::string>& keys = is_soft ? more.stale : more.keys;
    const bool is_tag = target.target == TargetKind::kTag;
    if (is_tag) {
      for (std::string& key : client::SurrogateKeysOfTag(target.name)) keys.insert(std::move(key));
    } else if (target.target == TargetKind::kEverything) {
      more.MakeEverything();
    } else if (options.on_keys == OnKeys::kIgnore) {
      continue;
    } else if (options.on_keys == OnKeys::kPurge && target.target == TargetKind::kKey) {
      keys.insert(client::SurrogateKeyOfKey(target.name));
    } else {
      more.MakeEverything();
    }
    purges.Merge(std::move(more));
  }
  return purges;
}

void WidenToTypes(SinkTargets& purges) {
  SinkTargets types{.everything = purges.everything};
  for (auto [names, wide] : {std::pair(&purges.keys, &types.keys), {&purges.stale, &types.stale}}) {
    for (const absl::string_view key : *names) {
      // The sign of a page's own key, or of a hash: no type. A marker stands behind its tag.
      const absl::string_view type = FirstSegment(key.substr(0, key.find('~')));
      if (type.find('=') != absl::string_view::npos) return purges.MakeEverything();
      wide->insert(std::string(type));
    }
  }
  purges = {};
  purges.Merge(std::move(types));
}

}  // namespace cache_invalidation::connect
