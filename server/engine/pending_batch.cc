// SPDX-License-Identifier: Apache-2.0

#include "server/engine/pending_batch.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/tag.h"

namespace cache_invalidation::engine {
namespace {

auto CauseKey(const PendingBatch::PendingCause& cause) {
  return std::tie(cause.step, cause.name, cause.widened, cause.condition_failed);
}

PendingRecord RecordOf(const PendingBatch::Items::value_type& item) {
  return {item.first.first, item.first.second, item.second.dependent, item.second.causes};
}

}  // namespace

void PendingBatch::Add(TargetKind target, absl::string_view name, const Cause& cause,
                       bool dependent, absl::Time now, const Pattern* pattern) {
  if (items_.empty()) {
    deadline_ = now + delay_;
    ++generation_;
  }
  auto it = items_.find(Order::View(target, name));
  const bool added = it == items_.end();
  if (added) {
    it = items_.try_emplace({target, std::string(name)}).first;
    bytes_ += name.size() + kBytesPerItem;
  }
  Item& item = it->second;
  if (added) {
    item.dependent = true;
    if (target == TargetKind::kPattern) {
      item.pattern = pattern != nullptr ? *pattern : *Pattern::Compile(name);
      ++patterns_;
    }
  }
  bool changed = added;
  if (!dependent && item.dependent) {
    item.dependent = false;
    ++targets_;
    changed = true;
  }
  changed |= AddCause(cause, item.causes);
  if (changed) changed_.try_emplace(it->first, !added);
}

bool PendingBatch::AddCause(const Cause& cause, std::vector<PendingCause>& causes) {
  const auto before = [](const PendingCause& a, const PendingCause& b) {
    return CauseKey(a) < CauseKey(b);
  };
  const bool full = causes.size() >= max_causes_;
  PendingCause added{cause.step, std::string(cause.name), cause.widened, cause.condition_failed};
  const auto at = std::lower_bound(causes.begin(), causes.end(), added, before);
  if (at != causes.end() && !before(added, *at)) return false;
  if (!full) {
    bytes_ += cause.name.size() + kBytesPerItem;
    causes.insert(at, std::move(added));
    return true;
  }
  if (causes.empty() || causes.back().step != CauseStep::kOthers) {
    bytes_ += kBytesPerItem;
    causes.push_back({CauseStep::kOthers, "", cause.widened, cause.condition_failed});
    return true;
  }
  PendingCause& others = causes.back();
  if (others.widened >= cause.widened && others.condition_failed >= cause.condition_failed) {
    return false;
  }
  others.widened |= cause.widened;
  others.condition_failed |= cause.condition_failed;
  return true;
}

size_t PendingBatch::BytesOf(const Items::value_type& item) {
  size_t bytes = item.first.second.size() + kBytesPerItem;
  for (const PendingCause& cause : item.second.causes) bytes += cause.name.size() + kBytesPerItem;
  return bytes;
}

void PendingBatch::RemoveTag(absl::string_view tag) {
  if (items_.empty()) return;
  const auto self = items_.find(Order::View(TargetKind::kTag, tag));
  if (self != items_.end()) Remove(self, std::next(self));
  // ';' follows ':', so this range is everything that begins with "tag:".
  Remove(items_.lower_bound(Order::View(TargetKind::kTag, absl::StrCat(tag, ":"))),
         items_.lower_bound(Order::View(TargetKind::kTag, absl::StrCat(tag, ";"))));
}

void PendingBatch::RemoveKey(absl::string_view key) {
  if (items_.empty()) return;
  const auto item = items_.find(Order::View(TargetKind::kKey, key));
  if (item != items_.end()) Remove(item, std::next(item));
}

void PendingBatch::RemovePattern(absl::string_view expression) {
  if (items_.empty()) return;
  const auto item = items_.find(Order::View(TargetKind::kPattern, expression));
  if (item != items_.end()) Remove(item, std::next(item));
}

void PendingBatch::Remove(Items::iterator first, Items::iterator last) {
  for (auto it = first; it != last; ++it) {
    if (!it->second.dependent) --targets_;
    if (it->first.first == TargetKind::kPattern) --patterns_;
    bytes_ -= BytesOf(*it);
    changed_.try_emplace(it->first, true);
  }
  items_.erase(first, last);
}

PendingBatch::Items PendingBatch::Take() {
  for (const auto& [target, item] : items_) changed_.try_emplace(target, true);
  targets_ = 0;
  patterns_ = 0;
  bytes_ = 0;
  return std::exchange(items_, {});
}

void PendingBatch::WriteRows() {
  for (const auto& [target, had_row] : changed_) {
    const auto item = items_.find(target);
    if (item != items_.end()) {
      delta_.push_back({RecordOf(*item)});
    } else if (had_row) {
      PendingRecord record;
      std::tie(record.target, record.name) = target;
      delta_.push_back({std::move(record), /*deleted=*/true});
    }
  }
  changed_.clear();
}

bool PendingBatch::HoldsTagOrAncestor(absl::string_view tag) const {
  if (items_.empty()) return false;
  for (; !tag.empty(); tag = ParentTag(tag)) {
    if (items_.contains(Order::View(TargetKind::kTag, tag))) return true;
  }
  return false;
}

bool PendingBatch::HoldsKey(absl::string_view key, WorkBudget& work) const {
  if (items_.empty()) return false;
  if (items_.contains(Order::View(TargetKind::kKey, key))) return true;
  if (patterns_ == 0) return false;
  if (!work.LookAtPatterns(patterns_)) return true;
  for (auto it = items_.lower_bound(Order::View(TargetKind::kPattern, "")); it != items_.end();
       ++it) {
    if (work.MayMatch(*it->second.pattern, key)) return true;
  }
  return false;
}

void PendingBatch::SetDelay(absl::Duration delay, absl::Time now) {
  delay_ = delay;
  if (!items_.empty()) deadline_ = std::min(deadline_, now + delay);
}

std::optional<absl::Time> PendingBatch::deadline() const {
  if (items_.empty()) return std::nullopt;
  return deadline_;
}

void PendingBatch::Load(const PendingRecord& record) {
  Item item;
  item.dependent = record.dependent;
  for (const PendingCause& cause : record.causes) {
    AddCause({cause.step, cause.name, cause.widened, cause.condition_failed}, item.causes);
  }
  if (record.target == TargetKind::kPattern) {
    item.pattern = *Pattern::Compile(record.name);
    ++patterns_;
  }
  if (!item.dependent) ++targets_;
  items_.emplace(std::make_pair(record.target, record.name), std::move(item));
  bytes_ += record.name.size() + kBytesPerItem;
}

}  // namespace cache_invalidation::engine
