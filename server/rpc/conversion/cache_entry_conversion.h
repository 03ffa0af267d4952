// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_CACHE_ENTRY_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_CACHE_ENTRY_CONVERSION_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/arena.h"
#include "protos/cache_invalidation/v1/cache_entry_service.pb.h"
#include "protos/cache_invalidation/v1/dependency_service.pb.h"
#include "server/engine/command.h"
#include "server/engine/query.h"
#include "server/engine/result.h"
#include "server/rpc/conversion/request_conversion.h"

namespace cache_invalidation::rpc {

// Check and convert the requests of CacheEntryService. Results are views into the requests. Fail
// with INVALID_ARGUMENT, which names the field.
absl::StatusOr<engine::TrackEntries> ToTrackEntries(const v1::TrackEntriesRequest& request);
absl::StatusOr<engine::UntrackEntries> ToUntrackEntries(const v1::UntrackEntriesRequest& request);
absl::StatusOr<engine::LookupEntry> ToLookupEntry(const v1::LookupEntryRequest& request);
absl::StatusOr<engine::Validate> ToValidate(const v1::ValidateRequest& request);

// Convert the engine's results to responses.
void FromTrackEntries(const engine::TrackEntriesResult& result, const AnswerContext& context,
                      v1::TrackEntriesResponse* response);
void FromUntrackEntries(const engine::UntrackEntriesResult& result, const AnswerContext& context,
                        v1::UntrackEntriesResponse* response);
void FromLookupEntry(const engine::LookupEntryResult& result, const AnswerContext& context,
                     v1::LookupEntryResponse* response);
void FromValidate(const engine::ValidateResult& result, const AnswerContext& context,
                  v1::ValidateResponse* response);

// Checks and converts the fields `depends_on`, `depends_on_keys` and `depends_on_tags`: at least
// `least` names, not including the dependent's own key.
absl::StatusOr<engine::DependencyNames> ToDependencyNames(absl::string_view key,
                                                          const ProtoStrings& names,
                                                          const ProtoStrings& keys,
                                                          const ProtoStrings& tags, size_t least);

// Check and convert the requests of DependencyService. Results are views into the requests and the
// arena. Fail with INVALID_ARGUMENT, which names the field.
absl::StatusOr<engine::AddCacheDependency> ToAddCacheDependency(
    const v1::AddCacheDependencyRequest& request);
absl::StatusOr<engine::RemoveCacheDependency> ToRemoveCacheDependency(
    const v1::RemoveCacheDependencyRequest& request);
absl::StatusOr<engine::ListCacheDependencies> ToListCacheDependencies(
    const v1::ListCacheDependenciesRequest& request, google::protobuf::Arena& arena);

// Convert the engine's results to responses.
void FromAddCacheDependency(const engine::AddCacheDependencyResult& result,
                            const AnswerContext& context, v1::AddCacheDependencyResponse* response);
void FromRemoveCacheDependency(const engine::RemoveCacheDependencyResult& result,
                               const AnswerContext& context,
                               v1::RemoveCacheDependencyResponse* response);
absl::Status FromListCacheDependencies(const v1::ListCacheDependenciesRequest& request,
                                       const engine::ListCacheDependenciesResult& result,
                                       const AnswerContext& context,
                                       v1::ListCacheDependenciesResponse* response);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_CACHE_ENTRY_CONVERSION_H_
