// Queries: one function per query type, each in the file of its family. `now` is the time of the
// query. The state does not change.

#ifndef CACHE_INVALIDATION_SERVER_ENGINE_ANSWER_H_
#define CACHE_INVALIDATION_SERVER_ENGINE_ANSWER_H_

#include "absl/time/time.h"
#include "server/engine/query.h"
#include "server/engine/result.h"
#include "server/engine/state.h"

namespace cache_invalidation::engine {

// answer_declaration.cc
Result Answer(const State& state, const GetRule& query, absl::Time now);
Result Answer(const State& state, const ListRules& query, absl::Time now);
Result Answer(const State& state, const GetRelationship& query, absl::Time now);
Result Answer(const State& state, const ListRelationships& query, absl::Time now);
Result Answer(const State& state, const GetInvalidationStats& query, absl::Time now);

// answer_dependency.cc
Result Answer(const State& state, const ListCacheDependencies& query, absl::Time now);

// answer_entry.cc
Result Answer(const State& state, const LookupEntry& query, absl::Time now);
Result Answer(const State& state, const Validate& query, absl::Time now);

// explain.cc
Result Answer(const State& state, const ExplainWrite& query, absl::Time now);

}  // namespace cache_invalidation::engine

#endif  // CACHE_INVALIDATION_SERVER_ENGINE_ANSWER_H_
