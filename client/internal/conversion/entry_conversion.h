#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_ENTRY_CONVERSION_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_ENTRY_CONVERSION_H_

#include <cstdint>

#include "client/entry.h"
#include "protos/cache_invalidation/v1/cache_entry_service.pb.h"

namespace cache_invalidation::client::internal {

// Requests, without the fields of every request: namespace and request_id.
void ToProto(const TrackEntriesParams& in, v1::TrackEntriesRequest* out);
void ToProto(const UntrackEntriesParams& in, v1::UntrackEntriesRequest* out);
void ToProto(const LookupEntryParams& in, v1::LookupEntryRequest* out);
void ToProto(const ValidateParams& in, v1::ValidateRequest* out);

// Responses.
void ToProto(const TrackEntriesResult& in, v1::TrackEntriesResponse* out);
TrackEntriesResult FromProto(const v1::TrackEntriesResponse& in);

inline uint32_t FromProto(const v1::UntrackEntriesResponse& in) { return in.found(); }

void ToProto(const EntryLookup& in, v1::LookupEntryResponse* out);
EntryLookup FromProto(const v1::LookupEntryResponse& in);

void ToProto(const Validation& in, v1::ValidateResponse* out);
Validation FromProto(const v1::ValidateResponse& in);

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_CONVERSION_ENTRY_CONVERSION_H_
