// SPDX-License-Identifier: Apache-2.0

#include "server/engine/freshness.h"

#include <cstddef>

#include "common/tag.h"

namespace cache_invalidation::engine {
namespace {

// A depth-first search for ghosts that reach each other (strongly connected components, after
// Tarjan): when it leaves the first ghost of a component, all of them are decided.
class Search {
 public:
  using Known = absl::flat_hash_map<const Key*, bool>;

  Search(const Freshness& freshness, uint64_t& steps, Known& known)
      : freshness_(freshness), steps_(steps), known_(known) {}

  bool Run(const Key& ghost) {
    Enter(ghost);
    while (!path_.empty()) {
      Ghost& at = path_.back();
      if (at.next == at.end) {
        Leave();
        continue;
      }
      const Key& dependent = **at.next++;
      const bool gives_up = steps_ == 0;
      steps_ -= gives_up ? 0 : 1;
      const Freshness::Footing footing = freshness_.FootingOf(dependent, *at.key);
      const bool stands = gives_up || footing == Freshness::Footing::kStands ||
                          (footing == Freshness::Footing::kGhost && LeadsToGround(dependent));
      if (!stands) continue;
      // All undecided ghosts lead to the current one.
      for (const Key* key : undecided_) known_[key] = true;
      return true;
    }
    return false;
  }

 private:
  struct Ghost {
    const Key* key;
    KeySet::const_iterator next;
    KeySet::const_iterator end;
    size_t number;
    // The smallest number of an undecided ghost reachable from it.
    size_t leads_to;
  };

  // Whether the ghost is known to be grounded. If nothing is known of it, the search descends into
  // it.
  bool LeadsToGround(const Key& ghost) {
    if (const auto known = known_.find(&ghost); known != known_.end()) return known->second;
    if (const auto met = numbers_.find(&ghost); met != numbers_.end()) {
      path_.back().leads_to = std::min(path_.back().leads_to, met->second);
    } else {
      Enter(ghost);
    }
    return false;
  }

  void Enter(const Key& ghost) {
    KeySet::const_iterator next;
    KeySet::const_iterator end;
    if (ghost.has_dependents()) {
      next = ghost.dependents->begin();
      end = ghost.dependents->end();
    }
    const size_t number = numbers_.size();
    numbers_.emplace(&ghost, number);
    undecided_.push_back(&ghost);
    path_.push_back({&ghost, next, end, number, number});
  }

  void Leave() {
    const Ghost left = path_.back();
    path_.pop_back();
    if (!path_.empty()) {
      path_.back().leads_to = std::min(path_.back().leads_to, left.leads_to);
    }
    if (left.leads_to != left.number) return;
    const Key* key = nullptr;
    do {
      key = undecided_.back();
      undecided_.pop_back();
      known_[key] = false;
    } while (key != left.key);
  }

  const Freshness& freshness_;
  uint64_t& steps_;
  Known& known_;
  std::vector<Ghost> path_;
  std::vector<const Key*> undecided_;
  absl::flat_hash_map<const Key*, size_t> numbers_;
};

}  // namespace

bool Grounding::IsGrounded(const Key& ghost, const Freshness& freshness) {
  if (const auto known = known_.find(&ghost); known != known_.end()) return known->second;
  return Search(freshness, steps_, known_).Run(ghost);
}

uint64_t Freshness::LastOf(absl::string_view tag, uint64_t Node::*last, uint64_t revision) const {
  ForEachSelfAndAncestor(tag, [&](absl::string_view name) {
    const Tag* known = graph_.FindTag(name);
    if (known != nullptr) revision = std::max(revision, known->*last);
  });
  return revision;
}

uint64_t Freshness::TagEvicted(const Tag& tag) const {
  const absl::string_view above = ParentTag(tag.name);
  return std::max(tag.evicted, above.empty() ? broad_.everything().evicted : TagEvicted(above));
}

uint64_t Freshness::EvictedSinceFill(const Key& key) const {
  uint64_t revision = std::max(key.evicted, broad_.everything().evicted);
  // The entry has ended, so revisions of its tags do not concern it.
  if (revision > key.entry->fill_revision) return revision;
  revision = std::max(revision, TagsEvicted(key));
  return revision > key.entry->fill_revision ? revision : 0;
}

uint64_t Freshness::TagsEvicted(const Key& key) const {
  const auto last = [&] {
    uint64_t revision = 0;
    for (const Tag* tag : key.entry->tags) revision = std::max(revision, TagEvicted(*tag));
    return revision;
  };
  if (key.entry->names() < kManyNames) return last();
  const auto [known, added] = tags_evicted_.try_emplace(&key);
  if (added) known->second = last();
  return known->second;
}

bool Freshness::StaleSinceFill(const Key& key) const {
  WorkBudget work(max_steps_);
  return StaleSinceFill(key, work);
}

bool Freshness::StaleSinceFill(const Key& key, WorkBudget& work) const {
  const Entry& entry = *key.entry;
  if (entry.stale) return true;
  const uint64_t staled =
      std::max({key.staled, broad_.everything().staled, broad_.any_key().staled});
  if (staled > entry.fill_revision) return true;
  for (const Tag* tag : entry.tags) {
    if (TagStaled(tag->name) > entry.fill_revision) return true;
  }
  if (!work.LookAtPatterns(broad_.patterns().size())) return true;
  // A pattern that evicts drops the entry at once, so only marks are left to check.
  for (const auto& [expression, mark] : broad_.patterns()) {
    if (mark.revisions.staled > entry.fill_revision && work.MayMatch(mark.pattern, key.name)) {
      return true;
    }
  }
  return false;
}

bool Freshness::OwnsActively(const Key& key) const {
  if (key.entry == nullptr || IsEvicted(key)) return false;
  return !IsExpired(*key.entry) || grounding_.IsGrounded(key, *this);
}

Freshness::Footing Freshness::FootingOf(const Key& dependent, const Key& source) const {
  const Edge& edge = *dependent.FindEdge(&source);
  if (edge.declared_at(now_)) return Footing::kStands;
  if (!edge.owned || IsEvicted(dependent)) return Footing::kNone;
  return IsExpired(*dependent.entry) ? Footing::kGhost : Footing::kStands;
}

bool Freshness::KeyNamedMoved(absl::string_view name, uint64_t position, WorkBudget& work) const {
  if (std::max(broad_.everything().last(), broad_.any_key().last()) > position) return true;
  const Key* key = graph_.FindKey(name);
  if (key != nullptr && std::max(key->evicted, key->staled) > position) return true;
  if (!work.LookAtPatterns(broad_.patterns().size())) return true;
  for (const auto& [expression, mark] : broad_.patterns()) {
    if (mark.revisions.last() > position && work.MayMatch(mark.pattern, name)) return true;
  }
  return pending_.HoldsKey(name, work);
}

bool Freshness::EndMoved(absl::string_view name, uint64_t position) const {
  if (forgotten_end_ > position) return true;
  const Key* known = graph_.FindKey(name);
  return known != nullptr && EndMoved(*known, position);
}

bool Freshness::EndMoved(const Key& key, uint64_t position) const {
  if (key.ended > position) return true;
  const bool entry_ended = key.entry != nullptr && EvictedSinceFill(key) == 0 && !OwnsActively(key);
  if (entry_ended && Graph::PartsOf(key) > 1) return true;
  if (key.declared_until > now_) return false;
  const auto is_over = [this](const Edge& edge) {
    return edge.declared && !edge.declared_at(now_);
  };
  const auto any = [&] {
    return std::any_of(key.depends_on.begin(), key.depends_on.end(), is_over);
  };
  if (key.depends_on.size() < kManyNames) return any();
  const auto [known, added] = has_ended_edges_.try_emplace(&key);
  if (added) known->second = any();
  return known->second;
}

// Follows what is known of the keys. An entry that was evicted, is stale or has ended since has
// moved. Any other entry, including a needed ghost, depends on its own tags and dependencies.
bool Freshness::DependencyMoved(absl::string_view name, uint64_t position, Walk& sources,
                                WorkBudget& work) const {
  if (forgotten_end_ > position) return true;
  const Key* known = graph_.FindKey(name);
  if (known == nullptr) return KeyNamedMoved(name, position, work);
  sources.Add(*known);
  while (const Key* key = sources.Next()) {
    if (!MayCheck()) return true;
    if (KeyNamedMoved(key->name, position, work) || EndMoved(*key, position)) return true;
    if (key->entry != nullptr && EvictedSinceFill(*key) > position) return true;
    const bool owns = OwnsActively(*key);
    if (owns) {
      if (StaleSinceFill(*key, work)) return true;
      for (const Tag* tag : key->entry->tags) {
        if (!MayCheck(tag->weight) || TagMoved(tag->name, position)) return true;
      }
    }
    for (const Edge& edge : key->depends_on) {
      if (!MayCheck()) return true;
      if (!edge.declared_at(now_) && !(edge.owned && owns)) continue;
      if (edge.source->kind == NameKind::kKey) {
        sources.Add(static_cast<const Key&>(*edge.source));
      } else if (TagMoved(edge.source->name, position)) {
        return true;
      }
    }
  }
  return false;
}

absl::string_view Freshness::FirstWithoutEntry(const std::vector<absl::string_view>& keys) const {
  absl::string_view first;
  for (absl::string_view name : keys) {
    const Key* key = graph_.FindKey(name);
    if (key != nullptr && key->entry != nullptr) continue;
    if (first.empty() || name < first) first = name;
  }
  return first;
}

std::string Freshness::FirstMoved(const Footprint& footprint, uint64_t position) const {
  Footprint all = footprint;
  Walk sources;
  WorkBudget work(max_steps_);
  if (!footprint.key.empty()) {
    if (KeyNamedMoved(footprint.key, position, work)) return std::string(footprint.key);
    if (const Key* key = graph_.FindKey(footprint.key)) {
      sources.Skip(*key);
      if (key->entry != nullptr && EvictedSinceFill(*key) > position) return key->name;
      const bool owns = OwnsActively(*key);
      if (owns) {
        for (const Tag* tag : key->entry->tags) all.tags.push_back(tag->name);
      }
      for (const Edge& edge : key->depends_on) {
        if (!MayCheck()) return key->name;
        if (!edge.declared_at(now_) && !(edge.owned && owns)) continue;
        auto& names = edge.source->kind == NameKind::kTag ? all.dep_tags : all.dep_keys;
        names.push_back(edge.source->name);
      }
    }
  }
  for (auto* names : {&all.tags, &all.dep_keys, &all.dep_tags}) {
    std::sort(names->begin(), names->end());
  }
  for (absl::string_view tag : all.tags) {
    if (!MayCheck(Tag::WeightOf(tag)) || TagMoved(tag, position)) return std::string(tag);
  }
  for (absl::string_view key : all.dep_keys) {
    if (DependencyMoved(key, position, sources, work)) return std::string(key);
  }
  for (absl::string_view tag : all.dep_tags) {
    if (!MayCheck(Tag::WeightOf(tag)) || TagMoved(tag, position)) return std::string(tag);
  }
  return "";
}

}  // namespace cache_invalidation::engine
