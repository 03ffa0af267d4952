#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_PURGE_TARGETS_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_PURGE_TARGETS_H_

#include "client/connect/http/http_sink_options.h"
#include "client/connect/sink_targets.h"
#include "client/event.h"

namespace cache_invalidation::connect {

// Returns what an event purges, as surrogate keys (client/surrogate_keys.h). Pure.
SinkTargets PurgesOf(const client::Event& event, const HttpSinkOptions& options);

// Makes each key that of its type, which every page below carries as well. Pure.
void WidenToTypes(SinkTargets& purges);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_PURGE_TARGETS_H_
