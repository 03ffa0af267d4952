// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_SERVER_RPC_TRACE_ID_H_
#define CACHE_INVALIDATION_SERVER_RPC_TRACE_ID_H_

#include "absl/strings/string_view.h"
#include "grpcpp/server_context.h"

namespace cache_invalidation::rpc {

// Returns the trace id of a W3C `traceparent`, 32 lower-case hexadecimal digits, as a view into it.
// Empty if it is malformed: a caller that traces wrongly is served like any other.
//
//   00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
absl::string_view TraceIdOf(absl::string_view traceparent);

// Returns that of a call's metadata; empty if there is none. Valid as long as the context.
absl::string_view TraceIdOf(const grpc::ServerContextBase& context);

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_TRACE_ID_H_
