#include "client/internal/cache/change.h"

#include <utility>

#include "absl/status/statusor.h"

namespace cache_invalidation::client::internal {
namespace {

void AddEverything(bool evicts, Change& change) {
  (evicts ? change.evicts_everything : change.marks_everything) = true;
}

}  // namespace

Change ChangeOf(const Event& event) {
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
        absl::StatusOr<Pattern> pattern = Pattern::Compile(invalidation.name);
        if (pattern.ok()) {
          change.patterns.push_back({*std::move(pattern), evicts});
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
