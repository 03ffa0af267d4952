// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_RESULT_TEXT_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_RESULT_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/declaration.h"
#include "client/dependency.h"
#include "client/entry.h"
#include "client/event.h"
#include "client/explanation.h"
#include "client/invalidation.h"
#include "client/position.h"
#include "client/relationship.h"
#include "client/strategy.h"
#include "client/waiting.h"
#include "client/write_event.h"

namespace cache_invalidation::cachectl {

// Return results as lines for people.
std::string TextOf(const client::WriteResult& result);
std::string TextOf(const client::InvalidationResult& result);
std::string TextOf(const client::Explanation& explanation);

// Returns the outcome of waiting for subscribers; empty if the call did not wait.
std::string TextOf(const std::optional<client::Waiting>& waiting);

// Returns names of which `more` were left out.
std::string NamesOf(const std::vector<std::string>& names, uint32_t more);

// The word that tables and flags use for a value.
template <typename Enum>
struct Word {
  Enum value;
  absl::string_view text;
};

inline constexpr Word<client::InvalidationStrategy> kStrategyWords[] = {
    {client::InvalidationStrategy::kImmediate, "immediate"},
    {client::InvalidationStrategy::kBatched, "batched"},
    {client::InvalidationStrategy::kLazy, "lazy"},
    {client::InvalidationStrategy::kCascade, "cascade"}};

inline constexpr Word<client::Cardinality> kCardinalityWords[] = {
    {client::Cardinality::kOneToOne, "one_to_one"},
    {client::Cardinality::kOneToMany, "one_to_many"},
    {client::Cardinality::kManyToOne, "many_to_one"},
    {client::Cardinality::kManyToMany, "many_to_many"}};

// Return the words.
std::string NameOf(client::InvalidationStrategy value);
std::string NameOf(client::Cardinality value);
std::string NameOf(client::TargetKind value);
std::string NameOf(client::EventSource value);
std::string NameOf(client::CauseStep value);
std::string NameOf(client::EntryState value);
std::string NameOf(client::FillOutcome value);
std::string NameOf(client::ValidationState value);
std::string NameOf(client::DeclarationChange value);
std::string NameOf(client::ExplanationKind value);

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_RESULT_TEXT_H_
