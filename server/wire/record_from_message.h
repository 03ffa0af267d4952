#ifndef CACHE_INVALIDATION_SERVER_WIRE_RECORD_FROM_MESSAGE_H_
#define CACHE_INVALIDATION_SERVER_WIRE_RECORD_FROM_MESSAGE_H_

#include <optional>

#include "protos/cache_invalidation/v1/relationship.pb.h"
#include "protos/cache_invalidation/v1/rule.pb.h"
#include "protos/internal/v1/records.pb.h"
#include "server/engine/record.h"

namespace cache_invalidation::wire {

// Return nullopt if an enum has a value that this version does not know.

std::optional<engine::MetaRecord> FromMessage(const internal::v1::MetaRecord& message);
std::optional<engine::SweepRecord> FromMessage(const internal::v1::SweepRecord& message);
std::optional<engine::RuleRecord> FromMessage(const v1::Rule& message);
std::optional<engine::RuleCountersRecord> FromMessage(
    const internal::v1::RuleCountersRecord& message);
std::optional<engine::RelationshipRecord> FromMessage(const v1::Relationship& message);
std::optional<engine::DependencyRecord> FromMessage(const internal::v1::DependencyRecord& message);
std::optional<engine::EntryRecord> FromMessage(const internal::v1::EntryRecord& message);
std::optional<engine::KeyRevisionRecord> FromMessage(
    const internal::v1::KeyRevisionRecord& message);
std::optional<engine::PendingRecord> FromMessage(const internal::v1::PendingRecord& message);

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_RECORD_FROM_MESSAGE_H_
