// SPDX-License-Identifier: Apache-2.0

#include "tests/services/random_calls.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace cache_invalidation {

RandomCalls::RandomCalls(std::shared_ptr<grpc::Channel> channel, uint32_t seed)
    : random_(seed),
      entries_(v1::CacheEntryService::NewStub(channel)),
      dependencies_(v1::DependencyService::NewStub(channel)),
      invalidations_(v1::InvalidationService::NewStub(channel)),
      relationships_(v1::RelationshipService::NewStub(channel)),
      rules_(v1::RuleService::NewStub(channel)),
      stats_(v1::StatsService::NewStub(channel)),
      writes_(v1::WriteEventService::NewStub(channel)) {}

std::string RandomCalls::Type() { return absl::StrCat("type", Below(4)); }

std::string RandomCalls::Tag() {
  std::string tag = Type();
  if (Below(3) > 0) absl::StrAppend(&tag, ":", Below(8));
  if (Below(4) == 0) absl::StrAppend(&tag, ":part");
  return tag;
}

std::string RandomCalls::Key() { return absl::StrCat("page/", Below(4), "/", Below(8)); }

uint64_t RandomCalls::Call(const std::string& namespace_name) {
  const uint32_t kind = Below(20);
  if (kind < 8) return Write(namespace_name);
  if (kind < 9) return StreamWrites(namespace_name);
  if (kind < 11) return Invalidate(namespace_name);
  if (kind < 13) return Batch(namespace_name);
  if (kind < 15) return Depend(namespace_name);
  if (kind < 17) return Track(namespace_name);
  if (kind < 18) return Declare(namespace_name);
  return Ask(namespace_name);
}

uint64_t RandomCalls::Write(const std::string& namespace_name) {
  v1::InvalidateByWritesRequest request;
  request.set_namespace_(namespace_name);
  for (uint32_t i = 0; i <= Below(3); ++i) {
    v1::WriteEvent& write = *request.add_writes();
    write.set_resource_type(Type());
    if (Below(10) > 0) write.set_resource_id(absl::StrCat(Below(8)));
    write.set_operation("update");
    (*write.mutable_context()->mutable_fields())["owner"].set_number_value(Below(4));
    if (Below(4) == 0) write.add_tags(Tag());
  }
  const auto response = Ok(*writes_, &v1::WriteEventService::Stub::InvalidateByWrites, request);
  return response.result().position().revision();
}

uint64_t RandomCalls::StreamWrites(const std::string& namespace_name) {
  grpc::ClientContext context;
  const auto stream = writes_->StreamWrites(&context);
  v1::StreamWritesRequest request;
  request.set_namespace_(namespace_name);
  const int groups = 1 + static_cast<int>(Below(16));
  for (int i = 1; i <= groups; ++i) {
    v1::WriteGroup& group = *request.add_groups();
    group.set_sequence(i);
    v1::WriteEvent& write = *group.add_writes();
    write.set_resource_type(Type());
    write.set_resource_id(absl::StrCat(Below(8)));
  }
  EXPECT_TRUE(stream->Write(request));
  stream->WritesDone();
  v1::StreamWritesResponse response;
  EXPECT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.acknowledgements_size(), groups);
  uint64_t revision = 0;
  for (int i = 0; i < response.acknowledgements_size(); ++i) {
    const v1::WriteAcknowledgement& acknowledgement = response.acknowledgements(i);
    EXPECT_EQ(acknowledgement.sequence(), i + 1);
    EXPECT_EQ(acknowledgement.error_code(), 0) << acknowledgement.error_message();
    EXPECT_GT(acknowledgement.result().position().revision(), revision);
    revision = acknowledgement.result().position().revision();
  }
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
  return revision;
}

uint64_t RandomCalls::Invalidate(const std::string& namespace_name) {
  if (Below(3) == 0) {
    v1::InvalidateWithDependenciesRequest request;
    request.set_namespace_(namespace_name);
    request.set_key(Key());
    request.set_recursive(Below(2) == 0);
    return Ok(*invalidations_, &v1::InvalidationService::Stub::InvalidateWithDependencies, request)
        .position()
        .revision();
  }
  v1::InvalidateRequest request;
  request.set_namespace_(namespace_name);
  request.set_strategy(static_cast<v1::InvalidationStrategy>(1 + Below(4)));
  request.add_tags(Tag());
  request.add_keys(Key());
  if (Below(4) == 0) request.set_pattern(absl::StrCat("page/", Below(4), "/\\d"));
  return Ok(*invalidations_, &v1::InvalidationService::Stub::Invalidate, request)
      .position()
      .revision();
}

uint64_t RandomCalls::Batch(const std::string& namespace_name) {
  if (Below(3) == 0) {
    v1::FlushPendingInvalidationsRequest request;
    request.set_namespace_(namespace_name);
    return Ok(*invalidations_, &v1::InvalidationService::Stub::FlushPendingInvalidations, request)
        .position()
        .revision();
  }
  if (Below(8) == 0) {
    v1::SetBatchDelayRequest request;
    request.set_namespace_(namespace_name);
    request.mutable_delay()->set_nanos(1'000'000 * (1 + static_cast<int>(Below(20))));
    Ok(*invalidations_, &v1::InvalidationService::Stub::SetBatchDelay, request);
    return 0;
  }
  v1::ScheduleBatchInvalidationRequest request;
  request.set_namespace_(namespace_name);
  request.add_tags(Tag());
  request.add_keys(Key());
  return Ok(*invalidations_, &v1::InvalidationService::Stub::ScheduleBatchInvalidation, request)
      .position()
      .revision();
}

uint64_t RandomCalls::Depend(const std::string& namespace_name) {
  if (Below(4) == 0) {
    v1::RemoveCacheDependencyRequest request;
    request.set_namespace_(namespace_name);
    request.set_key(Key());
    Ok(*dependencies_, &v1::DependencyService::Stub::RemoveCacheDependency, request);
    return 0;
  }
  v1::AddCacheDependencyRequest request;
  request.set_namespace_(namespace_name);
  request.set_key(absl::StrCat("view/", Below(16)));
  request.add_depends_on_keys(Key());
  request.add_depends_on_tags(Tag());
  return Ok(*dependencies_, &v1::DependencyService::Stub::AddCacheDependency, request)
      .position()
      .revision();
}

uint64_t RandomCalls::Track(const std::string& namespace_name) {
  if (Below(5) == 0) {
    v1::UntrackEntriesRequest request;
    request.set_namespace_(namespace_name);
    request.add_keys(Key());
    Ok(*entries_, &v1::CacheEntryService::Stub::UntrackEntries, request);
    return 0;
  }
  v1::TrackEntriesRequest request;
  request.set_namespace_(namespace_name);
  v1::TrackedEntry& entry = *request.add_entries();
  entry.set_key(Key());
  entry.add_tags(Tag());
  if (Below(2) == 0) entry.add_depends_on_keys(absl::StrCat("view/", Below(16)));
  if (Below(3) == 0) entry.mutable_ttl()->set_nanos(5'000'000);
  return Ok(*entries_, &v1::CacheEntryService::Stub::TrackEntries, request).position().revision();
}

uint64_t RandomCalls::Declare(const std::string& namespace_name) {
  if (Below(2) == 0) {
    v1::RegisterRelationshipRequest request;
    request.set_namespace_(namespace_name);
    v1::Relationship& relationship = *request.mutable_relationship();
    relationship.set_name(absl::StrCat("relationship", Below(4)));
    relationship.set_source_type(Type());
    relationship.add_target_types(Type());
    relationship.set_cascade_depth(1 + Below(3));
    Ok(*relationships_, &v1::RelationshipService::Stub::RegisterRelationship, request);
    return 0;
  }
  v1::RegisterRuleRequest request;
  request.set_namespace_(namespace_name);
  v1::Rule& rule = *request.mutable_rule();
  rule.set_name(absl::StrCat("rule", Below(4)));
  rule.add_trigger_tags(Tag());
  rule.add_invalidate_tags("owner:{context.owner}");
  rule.set_strategy(static_cast<v1::InvalidationStrategy>(1 + Below(4)));
  Ok(*rules_, &v1::RuleService::Stub::RegisterRule, request);
  return 0;
}

uint64_t RandomCalls::Ask(const std::string& namespace_name) {
  if (Below(2) == 0) {
    v1::GetInvalidationStatsRequest request;
    request.set_namespace_(namespace_name);
    return Ok(*stats_, &v1::StatsService::Stub::GetInvalidationStats, request)
        .stats()
        .position()
        .revision();
  }
  v1::LookupEntryRequest request;
  request.set_namespace_(namespace_name);
  request.set_key(Key());
  return Ok(*entries_, &v1::CacheEntryService::Stub::LookupEntry, request).position().revision();
}

}  // namespace cache_invalidation
