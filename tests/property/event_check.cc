// SPDX-License-Identifier: Apache-2.0

#include "tests/property/event_check.h"

#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::property {

std::string CheckForm(const engine::Event& event) {
  std::set<std::pair<engine::TargetKind, std::string>> targets;
  std::set<uint32_t> used;
  std::set<std::tuple<engine::CauseStep, std::string, bool, bool>> causes;
  std::string wrong;
  for (const engine::Cause& cause : event.causes) {
    if (!causes.insert({cause.step, std::string(cause.name), cause.widened, cause.condition_failed})
             .second) {
      absl::StrAppend(&wrong, "a cause stands twice: ", cause.name, "\n");
    }
  }
  for (const engine::Invalidation& target : event.invalidations) {
    if (!targets.insert({target.target, std::string(target.name)}).second) {
      absl::StrAppend(&wrong, "a target stands twice: ", target.name, "\n");
    }
    if (target.cause_count == 0) absl::StrAppend(&wrong, "no cause: ", target.name, "\n");
    if (target.first_cause + target.cause_count > event.cause_indexes.size()) {
      return absl::StrCat(wrong, "causes out of range: ", target.name, "\n");
    }
    for (uint32_t index : event.causes_of(target)) {
      if (index >= event.causes.size()) return absl::StrCat(wrong, "no such cause: ", index, "\n");
      used.insert(index);
    }
    if (target.target == engine::TargetKind::kEverything && event.invalidations.size() > 1) {
      absl::StrAppend(&wrong, "everything does not stand alone\n");
    }
  }
  if (used.size() != event.causes.size()) absl::StrAppend(&wrong, "a cause of no target\n");
  return wrong;
}

}  // namespace cache_invalidation::property
