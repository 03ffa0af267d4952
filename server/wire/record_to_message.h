#ifndef CACHE_INVALIDATION_SERVER_WIRE_RECORD_TO_MESSAGE_H_
#define CACHE_INVALIDATION_SERVER_WIRE_RECORD_TO_MESSAGE_H_

#include "protos/cache_invalidation/v1/relationship.pb.h"
#include "protos/cache_invalidation/v1/rule.pb.h"
#include "protos/internal/v1/records.pb.h"
#include "server/engine/record.h"

namespace cache_invalidation::wire {

internal::v1::MetaRecord ToMessage(const engine::MetaRecord& record);
internal::v1::SweepRecord ToMessage(const engine::SweepRecord& record);
v1::Rule ToMessage(const engine::RuleRecord& record);
internal::v1::RuleCountersRecord ToMessage(const engine::RuleCountersRecord& record);
v1::Relationship ToMessage(const engine::RelationshipRecord& record);
internal::v1::DependencyRecord ToMessage(const engine::DependencyRecord& record);
internal::v1::EntryRecord ToMessage(const engine::EntryRecord& record);
internal::v1::KeyRevisionRecord ToMessage(const engine::KeyRevisionRecord& record);
internal::v1::PendingRecord ToMessage(const engine::PendingRecord& record);

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_RECORD_TO_MESSAGE_H_
