// SPDX-License-Identifier: Apache-2.0

#include "tests/client/explorer.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace cache_invalidation::interleaving {

size_t Schedule::Choose(size_t count) {
  if (next_ == choices_.size()) choices_.push_back({.taken = 0, .count = count});
  Choice& choice = choices_[next_++];
  choice.count = count;
  return choice.taken;
}

bool Schedule::Next() {
  next_ = 0;
  while (!choices_.empty() && choices_.back().taken + 1 >= choices_.back().count) {
    choices_.pop_back();
  }
  if (choices_.empty()) return false;
  ++choices_.back().taken;
  return true;
}

std::string Schedule::Text() const {
  std::string text;
  for (const Choice& choice : choices_) absl::StrAppend(&text, choice.taken, ",");
  if (!text.empty()) text.pop_back();
  return text;
}

Schedule Schedule::Parse(const std::string& text) {
  Schedule schedule;
  for (const absl::string_view part : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    size_t taken = 0;
    if (absl::SimpleAtoi(part, &taken)) schedule.choices_.push_back({taken, taken + 1});
  }
  return schedule;
}

void RunInterleaved(const std::vector<Actor*>& actors, int max_preemptions, Schedule& schedule) {
  Actor* last = nullptr;
  std::vector<Actor*> ready;
  while (true) {
    ready.clear();
    // The actor of the last step comes first: continuing with it is no preemption.
    const bool can_go_on = last != nullptr && last->IsReady();
    if (can_go_on) ready.push_back(last);
    if (!can_go_on || max_preemptions > 0) {
      for (Actor* const actor : actors) {
        if (actor != last && actor->IsReady()) ready.push_back(actor);
      }
    }
    if (ready.empty()) return;
    const size_t chosen = ready.size() == 1 ? 0 : schedule.Choose(ready.size());
    if (can_go_on && chosen != 0) --max_preemptions;
    last = ready[chosen];
    last->Step();
  }
}

Exploration Explore(uint64_t limit, const std::function<std::string(Schedule&)>& run) {
  Exploration exploration;
  Schedule schedule;
  while (exploration.interleavings < limit) {
    const std::string failure = run(schedule);
    ++exploration.interleavings;
    if (!failure.empty()) {
      exploration.failure = absl::StrCat(failure, "\nin interleaving ", exploration.interleavings,
                                         ": ", schedule.Text());
      return exploration;
    }
    if (!schedule.Next()) {
      exploration.is_complete = true;
      return exploration;
    }
  }
  return exploration;
}

}  // namespace cache_invalidation::interleaving
