// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_REFERENCE_APPLY_H_
#define CACHE_INVALIDATION_TESTS_REFERENCE_APPLY_H_

#include "server/engine/command.h"
#include "server/engine/query.h"
#include "tests/reference/model_state.h"
#include "tests/reference/reference_model.h"

namespace cache_invalidation::reference {

// The commands, one function each. The state is settled at the time of the command.

Prediction Apply(State& state, const engine::InvalidateByWrites& command);
Prediction Apply(State& state, const engine::Invalidate& command);
Prediction Apply(State& state, const engine::InvalidateWithDependencies& command);
Prediction Apply(State& state, const engine::FlushPendingInvalidations& command);
Prediction Apply(State& state, const engine::FlushBatch& command);
Prediction Apply(State& state, const engine::SetBatchDelay& command);

Prediction Apply(State& state, const engine::RegisterRule& command);
Prediction Apply(State& state, const engine::DeleteRule& command);
Prediction Apply(State& state, const engine::RegisterRelationship& command);
Prediction Apply(State& state, const engine::DeleteRelationship& command);
Prediction Apply(State& state, const engine::ApplyDeclarations& command);
Prediction Apply(State& state, const engine::CreateNamespace& command);
Prediction Apply(State& state, const engine::DeleteNamespace& command);

// `observed`: see ReferenceModel::Apply.
Prediction Apply(State& state, const engine::AddCacheDependency& command, const Observed* observed);
Prediction Apply(State& state, const engine::RemoveCacheDependency& command);
Prediction Apply(State& state, const engine::TrackEntries& command, const Observed* observed);
Prediction Apply(State& state, const engine::UntrackEntries& command);
// Complete rounds, whatever the limit, with the requested trim, or a higher one if there are too
// many names.
Prediction Apply(State& state, const engine::Sweep& command, const Observed* observed);

// The queries.
engine::Result Answer(const State& state, const engine::GetRule& query);
engine::Result Answer(const State& state, const engine::ListRules& query);
engine::Result Answer(const State& state, const engine::GetRelationship& query);
engine::Result Answer(const State& state, const engine::ListRelationships& query);
engine::Result Answer(const State& state, const engine::ListCacheDependencies& query);
engine::Result Answer(const State& state, const engine::LookupEntry& query);
engine::Result Answer(const State& state, const engine::GetInvalidationStats& query);
engine::Result Answer(const State& state, const engine::ValidateDeclarations& query);

}  // namespace cache_invalidation::reference

#endif  // CACHE_INVALIDATION_TESTS_REFERENCE_APPLY_H_
