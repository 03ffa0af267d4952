#ifndef CACHE_INVALIDATION_SERVER_RPC_QUIET_PARSER_H_
#define CACHE_INVALIDATION_SERVER_RPC_QUIET_PARSER_H_

namespace cache_invalidation::rpc {

// Keeps protobuf from writing a line to standard error for every malformed request: whoever sent it
// is told what is wrong, and nobody else can do anything about it. For the whole process; for
// main().
void KeepParserQuiet();

}  // namespace cache_invalidation::rpc

#endif  // CACHE_INVALIDATION_SERVER_RPC_QUIET_PARSER_H_
