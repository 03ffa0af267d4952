#include "server/engine/pending_batch.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/limits.h"
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

void PendingBatch::Add(TargetType type, absl::string_view name, const Cause& cause, bool dependent,
                       absl::Time now) {
  if (items_.empty()) {
    deadline_ = now + delay_;
    ++generation_;
  }
  const auto [it, added] = items_.try_emplace({type, std::string(name)});
  Item& item = it->second;
  if (added) {
    item.dependent = true;
    if (type == TargetType::kPattern) {
      item.pattern = *Pattern::Compile(name);
      ++patterns_;
    }
  }
  bool changed = added;
  if (!dependent && item.dependent) {
    item.dependent = false;
    ++targets_;
    changed = true;
  }
  PendingCause pending_cause{cause.step, std::string(cause.name), cause.widened,
                             cause.condition_failed};
  const auto before = [](const PendingCause& a, const PendingCause& b) {
    return CauseKey(a) < CauseKey(b);
  };
  const auto at = std::lower_bound(item.causes.begin(), item.causes.end(), pending_cause, before);
  if (at == item.causes.end() || before(pending_cause, *at)) {
    item.causes.insert(at, std::move(pending_cause));
    changed = true;
  }
  if (changed) delta_.push_back({RecordOf(*it)});
}

void PendingBatch::RemoveTag(absl::string_view tag) {
  if (items_.empty()) return;
  const auto self = items_.find({TargetType::kTag, std::string(tag)});
  if (self != items_.end()) Remove(self, std::next(self));
  // ';' follows ':', so this is everything that begins with "tag:".
  Remove(items_.lower_bound({TargetType::kTag, absl::StrCat(tag, ":")}),
         items_.lower_bound({TargetType::kTag, absl::StrCat(tag, ";")}));
}

void PendingBatch::RemoveKey(absl::string_view key) {
  if (items_.empty()) return;
  const auto item = items_.find({TargetType::kKey, std::string(key)});
  if (item != items_.end()) Remove(item, std::next(item));
}

void PendingBatch::RemovePattern(absl::string_view expression) {
  if (items_.empty()) return;
  const auto item = items_.find({TargetType::kPattern, std::string(expression)});
  if (item != items_.end()) Remove(item, std::next(item));
}

void PendingBatch::Clear() { Remove(items_.begin(), items_.end()); }

void PendingBatch::Remove(Items::iterator first, Items::iterator last) {
  for (auto it = first; it != last; ++it) {
    if (!it->second.dependent) --targets_;
    if (it->first.first == TargetType::kPattern) --patterns_;
    PendingRecord record;
    record.type = it->first.first;
    record.name = it->first.second;
    delta_.push_back({std::move(record), /*deleted=*/true});
  }
  items_.erase(first, last);
}

PendingBatch::Items PendingBatch::Take() {
  Items taken = items_;
  Clear();
  return taken;
}

bool PendingBatch::HoldsTagOrAncestor(absl::string_view tag) const {
  if (items_.empty()) return false;
  bool held = false;
  ForEachSelfAndAncestor(tag, [&](absl::string_view name) {
    held = held || items_.contains({TargetType::kTag, std::string(name)});
  });
  return held;
}

bool PendingBatch::HoldsKey(absl::string_view key) const {
  if (items_.empty()) return false;
  if (items_.contains({TargetType::kKey, std::string(key)})) return true;
  if (patterns_ == 0) return false;
  for (auto it = items_.lower_bound({TargetType::kPattern, ""}); it != items_.end(); ++it) {
    if (it->second.pattern->Matches(key)) return true;
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
  item.causes = record.causes;
  if (record.type == TargetType::kPattern) {
    item.pattern = *Pattern::Compile(record.name);
    ++patterns_;
  }
  if (!item.dependent) ++targets_;
  items_.emplace(std::make_pair(record.type, record.name), std::move(item));
}

}  // namespace cache_invalidation::engine
