// SPDX-License-Identifier: Apache-2.0

#include "server/access/roles.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/check.h"

namespace cache_invalidation::access {
namespace {

constexpr Method kMethods[] = {
    {"cache_invalidation.v1.BackupService/StreamBackup", Role::kAdmin},
    {"cache_invalidation.v1.CacheEntryService/LookupEntry", Role::kReader},
    {"cache_invalidation.v1.CacheEntryService/TrackEntries", Role::kWriter},
    {"cache_invalidation.v1.CacheEntryService/UntrackEntries", Role::kWriter},
    {"cache_invalidation.v1.CacheEntryService/Validate", Role::kReader},
    {"cache_invalidation.v1.DeclarationService/ApplyDeclarations", Role::kAdmin},
    {"cache_invalidation.v1.DependencyService/AddCacheDependency", Role::kWriter},
    {"cache_invalidation.v1.DependencyService/ListCacheDependencies", Role::kReader},
    {"cache_invalidation.v1.DependencyService/RemoveCacheDependency", Role::kWriter},
    {"cache_invalidation.v1.InvalidationService/FlushPendingInvalidations", Role::kWriter},
    {"cache_invalidation.v1.InvalidationService/Invalidate", Role::kWriter},
    {"cache_invalidation.v1.InvalidationService/InvalidateWithDependencies", Role::kWriter},
    {"cache_invalidation.v1.InvalidationService/ScheduleBatchInvalidation", Role::kWriter},
    {"cache_invalidation.v1.InvalidationService/SetBatchDelay", Role::kAdmin},
    {"cache_invalidation.v1.NamespaceService/DeleteNamespace", Role::kAdmin},
    {"cache_invalidation.v1.NamespaceService/ListNamespaces", Role::kReader},
    {"cache_invalidation.v1.RelationshipService/DeleteRelationship", Role::kAdmin},
    {"cache_invalidation.v1.RelationshipService/GetRelationship", Role::kReader},
    {"cache_invalidation.v1.RelationshipService/ListRelationships", Role::kReader},
    {"cache_invalidation.v1.RelationshipService/RegisterRelationship", Role::kAdmin},
    {"cache_invalidation.v1.RuleService/DeleteRule", Role::kAdmin},
    {"cache_invalidation.v1.RuleService/GetRule", Role::kReader},
    {"cache_invalidation.v1.RuleService/ListRules", Role::kReader},
    {"cache_invalidation.v1.RuleService/RegisterRule", Role::kAdmin},
    {"cache_invalidation.v1.StatsService/GetInvalidationStats", Role::kReader},
    {"cache_invalidation.v1.SubscriptionService/ListSubscribers", Role::kReader},
    {"cache_invalidation.v1.SubscriptionService/Subscribe", Role::kReader},
    {"cache_invalidation.v1.WriteEventService/ExplainWrite", Role::kReader},
    {"cache_invalidation.v1.WriteEventService/InvalidateByWrite", Role::kWriter},
    {"cache_invalidation.v1.WriteEventService/InvalidateByWrites", Role::kWriter},
    {"cache_invalidation.v1.WriteEventService/StreamWrites", Role::kWriter},
};

}  // namespace

absl::Span<const Method> Methods() { return kMethods; }

const Method& MethodOf(absl::string_view service, absl::string_view method) {
  const std::string name = absl::StrCat(service, "/", method);
  const auto* found = std::find_if(std::begin(kMethods), std::end(kMethods),
                                   [&name](const Method& known) { return known.name == name; });
  Check(found != std::end(kMethods), absl::StrCat("a role is declared for ", name).c_str());
  return *found;
}

}  // namespace cache_invalidation::access
