#include "client/internal/cache/change.h"

#include "common/limits.h"

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

}  // namespace cache_invalidation::client::internal
