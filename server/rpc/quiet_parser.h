#ifndef CACHE_INVALIDATION_SERVER_RPC_QUIET_PARSER_H_
#define CACHE_INVALIDATION_SERVER_RPC_QUIET_PARSER_H_

namespace cache_invalidation::rpc {

// Stops protobuf from writing a line to standard error for every malformed request: the error is
// returned to the caller, and nobody else can act on it. Affects the whole process; call it in
// main().
void KeepParserQuiet();

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_QUIET_PARSER_H_
