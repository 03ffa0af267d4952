#include "tests/reference/model_state.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/pattern.h"

namespace cache_invalidation::reference {

bool AtOrBelow(absl::string_view tag, absl::string_view ancestor) {
  return tag == ancestor || absl::StartsWith(tag, absl::StrCat(ancestor, ":"));
}

bool Matches(absl::string_view pattern, absl::string_view key) {
  absl::StatusOr<Pattern> compiled = Pattern::Compile(pattern);
  Check(compiled.ok(), "only patterns that parse reach the model");
  return compiled->Matches(key);
}

std::set<Edge> AllEdges(const State& state) {
  std::set<Edge> edges;
  for (const auto& [edge, expires] : state.declarations) edges.insert(edge);
  for (const auto& [key, entry] : state.entries) {
    for (const Node& node : entry.depends_on) edges.insert({key, node.kind, node.name});
  }
  return edges;
}

bool HasDependents(const State& state, const std::string& key) {
  for (const Edge& edge : AllEdges(state)) {
    if (edge.depends_on() == Node{key, engine::NameKind::kKey}) return true;
  }
  return false;
}

uint64_t PendingTargets(const State& state) {
  uint64_t targets = 0;
  for (const auto& [name, item] : state.pending) targets += item.target;
  return targets;
}

}  // namespace cache_invalidation::reference
