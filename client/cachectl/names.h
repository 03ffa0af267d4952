#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_NAMES_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_NAMES_H_

#include <string>

#include "client/dependency.h"
#include "client/entry.h"
#include "client/event.h"
#include "client/explanation.h"
#include "client/relationship.h"
#include "client/strategy.h"

namespace cache_invalidation::cachectl {

// The words of tables, which are also those of flags.
std::string NameOf(client::InvalidationStrategy strategy);
std::string NameOf(client::Cardinality cardinality);
std::string NameOf(client::TargetKind kind);
std::string NameOf(client::EventSource source);
std::string NameOf(client::CauseStep step);
std::string NameOf(client::EntryState state);
std::string NameOf(client::FillOutcome outcome);
std::string NameOf(client::ValidationState state);
std::string NameOf(client::ExplanationKind kind);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_NAMES_H_
