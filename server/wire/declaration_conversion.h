#ifndef CACHE_INVALIDATION_SERVER_WIRE_DECLARATION_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_WIRE_DECLARATION_CONVERSION_H_

#include <optional>

#include "protos/cache_invalidation/v1/relationship.pb.h"
#include "protos/cache_invalidation/v1/rule.pb.h"
#include "protos/cache_invalidation/v1/strategy.pb.h"
#include "server/engine/model.h"

namespace cache_invalidation::wire {

// Rules and relationships as messages of the contract. Requests bring them in this form and the
// store keeps them in it.
//
// Reading a message fills in the defaults of its scalar fields and enums, and copies everything
// else as it is: no limit is checked, no list is sorted, an empty name stays empty. Returns nothing
// if an enum has a value that this version does not know.

std::optional<engine::Strategy> ToStrategy(v1::InvalidationStrategy strategy);
v1::InvalidationStrategy FromStrategy(engine::Strategy strategy);

std::optional<engine::Cardinality> ToCardinality(v1::Cardinality cardinality);

std::optional<engine::Relationship> ToRelationship(const v1::Relationship& proto);
void FromRelationship(const engine::Relationship& relationship, v1::Relationship* proto);

std::optional<engine::Rule> ToRule(const v1::Rule& proto);
void FromRule(const engine::Rule& rule, v1::Rule* proto);

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_DECLARATION_CONVERSION_H_
