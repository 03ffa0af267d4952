#include "server/engine/apply.h"
#include "server/engine/emission.h"

namespace cache_invalidation::engine {
namespace {

void EvictEverything(State& state, std::vector<Event>& events) {
  Emission emission(state, EventSource::kCall);
  emission.Add(InvalidationKind::kEvict, TargetKind::kEverything, "", Cause{CauseStep::kCall, ""});
  emission.Commit(events);
}

}  // namespace

ApplyResult Apply(State& state, const CreateNamespace& command, std::vector<Event>& events) {
  for (const Rule& rule : command.default_rules) StoreRule(state, rule);
  if (command.after == 0) return EmptyResult{};
  state.meta.head = command.after;
  EvictEverything(state, events);
  state.meta.floor = state.meta.head;
  return EmptyResult{};
}

ApplyResult Apply(State& state, const DeleteNamespace&, std::vector<Event>& events) {
  EvictEverything(state, events);
  return DeleteNamespaceResult{.found = true, .revision = state.meta.head};
}

}  // namespace cache_invalidation::engine
