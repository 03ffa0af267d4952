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

// Return the words that tables and flags use for these values.
std::string NameOf(client::InvalidationStrategy value);
std::string NameOf(client::Cardinality value);
std::string NameOf(client::TargetKind value);
std::string NameOf(client::EventSource value);
std::string NameOf(client::CauseStep value);
std::string NameOf(client::EntryState value);
std::string NameOf(client::FillOutcome value);
std::string NameOf(client::ValidationState value);
std::string NameOf(client::ExplanationKind value);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_NAMES_H_
