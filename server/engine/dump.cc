// SPDX-License-Identifier: Apache-2.0

#include "server/engine/state.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace cache_invalidation::engine {
namespace {

// Revisions up to the floor have no effect and are omitted: engines may forget them at different
// times.
template <typename Revisions>
std::string DumpRevisions(const Revisions& revisions, uint64_t floor) {
  std::string text;
  if (revisions.evicted > floor) absl::StrAppend(&text, " evicted=", revisions.evicted);
  if (revisions.staled > floor) absl::StrAppend(&text, " staled=", revisions.staled);
  return text;
}

std::string DumpEdges(const Key& key) {
  std::vector<std::string> edges;
  for (const Edge& edge : key.depends_on) {
    std::string text = absl::StrCat(edge.source->kind == NameKind::kTag ? "tag " : "key ",
                                    edge.source->name, edge.owned ? " owned" : "");
    if (edge.declared) absl::StrAppend(&text, " declared until ", absl::FormatTime(edge.expires));
    edges.push_back(std::move(text));
  }
  std::sort(edges.begin(), edges.end());
  return edges.empty() ? "" : absl::StrCat(" depends on [", absl::StrJoin(edges, ", "), "]");
}

std::string DumpEntry(const Entry& entry) {
  std::vector<absl::string_view> tags;
  for (const Tag* tag : entry.tags) tags.push_back(tag->name);
  return absl::StrCat(" entry(", absl::StrJoin(tags, ","), " until ",
                      absl::FormatTime(entry.expires), " filled at ", entry.fill_revision,
                      entry.stale ? " stale" : "", entry.ghost ? " ghost" : "",
                      entry.mixed ? " mixed" : "",
                      entry.fill_id.empty() ? "" : absl::StrCat(" fill ", entry.fill_id), ")");
}

void DumpNodes(const State& state, std::string& text) {
  for (const auto& [name, key] : state.graph.keys()) {
    std::string line = DumpRevisions(*key, state.meta.floor);
    if (key->ended > state.meta.floor) absl::StrAppend(&line, " ended=", key->ended);
    absl::StrAppend(&line, DumpEdges(*key));
    if (key->entry != nullptr) absl::StrAppend(&line, DumpEntry(*key->entry));
    if (!line.empty()) absl::StrAppend(&text, "key ", name, line, "\n");
  }
  std::vector<const Tag*> tags;
  for (const auto& [name, tag] : state.graph.tags()) tags.push_back(tag.get());
  std::sort(tags.begin(), tags.end(), [](const Tag* a, const Tag* b) { return a->name < b->name; });
  for (const Tag* tag : tags) {
    const std::string line = DumpRevisions(*tag, state.meta.floor);
    if (!line.empty()) absl::StrAppend(&text, "tag ", tag->name, line, "\n");
  }
}

void DumpDeclarations(const State& state, std::string& text) {
  state.rules.ForEach([&](const Rule& rule) {
    const RuleCounters& counters = state.rule_counters.find(rule.name)->second;
    absl::StrAppend(&text, "rule ", rule.name, " priority=", rule.priority,
                    " strategy=", static_cast<int>(rule.strategy), " enabled=", rule.enabled,
                    " triggers=", absl::StrJoin(rule.trigger_tags, ","),
                    " tags=", absl::StrJoin(rule.invalidate_tags, ","), " pattern=", rule.pattern,
                    " executions=", counters.execution_count, "\n");
  });
  state.relationships.ForEach([&](const Relationship& relationship) {
    absl::StrAppend(&text, "relationship ", relationship.name, " ", relationship.source_type,
                    " -> ", absl::StrJoin(relationship.target_types, ","),
                    " depth=", relationship.cascade_depth,
                    " template=", relationship.target_tag_template, "\n");
  });
}

}  // namespace

std::string Dump(const State& state) {
  const MetaRecord& meta = state.meta;
  std::string text = absl::StrCat(
      "head=", meta.head, " floor=", meta.floor, " now=", absl::FormatTime(meta.now),
      " delay=", absl::FormatDuration(state.pending.delay()),
      "\nimmediate=", meta.immediate_invalidations, " batched=", meta.batched_invalidations,
      " lazy=", meta.lazy_invalidations, " cascade=", meta.cascade_invalidations,
      " widened=", meta.widened, " unchecked=", meta.unchecked_fills,
      " refused=", meta.refused_fills, " dropped=", meta.dropped_entries,
      " forgotten end=", meta.forgotten_end > meta.floor ? meta.forgotten_end : 0,
      " wanted floor=", meta.wanted_floor, "\nbatches=", state.pending.generation(),
      state.pending.empty() ? ""
                            : absl::StrCat(" due ", absl::FormatTime(*state.pending.deadline())),
      "\nentries=", state.graph.tracked_entries(), " edges=", state.graph.edges(), "\neverything",
      DumpRevisions(state.broad.everything(), meta.floor), "\nany key",
      DumpRevisions(state.broad.any_key(), meta.floor), "\n");
  for (const auto& [expression, mark] : state.broad.patterns()) {
    absl::StrAppend(&text, "pattern ", expression, " ", DumpRevisions(mark.revisions, meta.floor),
                    "\n");
  }
  if (state.round.begun) {
    const SweepRecord round = state.round.ToRecord();
    absl::StrAppend(&text, "sweep to ", round.floor, " from ", round.head, " at ", round.next_key,
                    round.keys_done ? " keys done" : "", " tag ", round.next_tag, " names ",
                    absl::StrJoin(round.names, ","), "\n");
  }
  DumpDeclarations(state, text);
  DumpNodes(state, text);
  for (const auto& [target, item] : state.pending.items()) {
    absl::StrAppend(&text, "pending ", static_cast<int>(target.first), " ", target.second,
                    item.dependent ? " dependent" : "");
    for (const PendingBatch::PendingCause& cause : item.causes) {
      absl::StrAppend(&text, " ", static_cast<int>(cause.step), "/", cause.name,
                      cause.widened ? "/widened" : "", cause.condition_failed ? "/failed" : "");
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

}  // namespace cache_invalidation::engine
