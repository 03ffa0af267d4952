// SPDX-License-Identifier: Apache-2.0

#include "tests/property/shrinking.h"

#include "absl/strings/str_cat.h"

namespace cache_invalidation::property {

std::vector<Step> Shrink(std::vector<Step> steps, const RunSteps& run) {
  for (bool shorter = true; shorter;) {
    shorter = false;
    for (size_t i = steps.size(); i-- > 0;) {
      std::vector<Step> without = steps;
      // Time goes on as it did.
      if (i + 1 < without.size()) without[i + 1].advance += without[i].advance;
      without.erase(without.begin() + i);
      if (run(without).empty()) continue;
      steps = std::move(without);
      shorter = true;
    }
  }
  return steps;
}

std::string Report(const std::vector<Step>& steps, const RunSteps& run) {
  std::string text;
  for (size_t i = 0; i < steps.size(); ++i) {
    absl::StrAppend(&text, i + 1, ". ", Text(steps[i]), "\n");
  }
  return absl::StrCat(text, run(steps));
}

}  // namespace cache_invalidation::property
