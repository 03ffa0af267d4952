#ifndef CACHE_INVALIDATION_SERVER_TLS_CLIENT_HELLO_H_
#define CACHE_INVALIDATION_SERVER_TLS_CLIENT_HELLO_H_

#include <string>

namespace cache_invalidation::tls {

// Returns what a client of gRPC sends first on an encrypted connection. A server that serves begins
// its answer with a record of type kHandshakeRecord, whatever certificate it asks for next.
std::string ClientHello();

inline constexpr char kHandshakeRecord = 22;

}  // namespace cache_invalidation::tls

#endif  // CACHE_INVALIDATION_SERVER_TLS_CLIENT_HELLO_H_
