#ifndef CACHE_INVALIDATION_SERVER_RPC_CONVERSION_CACHE_ENTRY_CONVERSION_H_
#define CACHE_INVALIDATION_SERVER_RPC_CONVERSION_CACHE_ENTRY_CONVERSION_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "protos/cache_invalidation/v1/cache_entry_service.pb.h"
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
absl::Status FromTrackEntries(const v1::TrackEntriesRequest& request,
                              const engine::TrackEntriesResult& result,
                              const AnswerContext& context, v1::TrackEntriesResponse* response);
absl::Status FromUntrackEntries(const v1::UntrackEntriesRequest& request,
                                const engine::UntrackEntriesResult& result,
                                const AnswerContext& context, v1::UntrackEntriesResponse* response);
absl::Status FromLookupEntry(const v1::LookupEntryRequest& request,
                             const engine::LookupEntryResult& result, const AnswerContext& context,
                             v1::LookupEntryResponse* response);
absl::Status FromValidate(const v1::ValidateRequest& request, const engine::ValidateResult& result,
                          const AnswerContext& context, v1::ValidateResponse* response);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_CONVERSION_CACHE_ENTRY_CONVERSION_H_
