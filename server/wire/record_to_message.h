#ifndef CACHE_INVALIDATION_SERVER_WIRE_RECORD_TO_MESSAGE_H_
#define CACHE_INVALIDATION_SERVER_WIRE_RECORD_TO_MESSAGE_H_

#include "protos/internal/v1/records.pb.h"
#include "server/engine/record.h"

namespace cache_invalidation::wire {

internal::v1::MetaRecord ToMessage(const engine::MetaRecord& record);
internal::v1::SweepRecord ToMessage(const engine::SweepRecord& record);
internal::v1::RuleRecord ToMessage(const engine::RuleRecord& record);
internal::v1::RuleCountersRecord ToMessage(const engine::RuleCountersRecord& record);
internal::v1::RelationshipRecord ToMessage(const engine::RelationshipRecord& record);
internal::v1::DependencyRecord ToMessage(const engine::DependencyRecord& record);
internal::v1::EntryRecord ToMessage(const engine::EntryRecord& record);
internal::v1::KeyRevisionRecord ToMessage(const engine::KeyRevisionRecord& record);
internal::v1::PendingRecord ToMessage(const engine::PendingRecord& record);

}  // namespace cache_invalidation::wire

#endif  // CACHE_INVALIDATION_SERVER_WIRE_RECORD_TO_MESSAGE_H_
