// SPDX-License-Identifier: Apache-2.0

// The encrypted port of a server: what its connections use, and how a client would begin one.

#ifndef CACHE_INVALIDATION_SERVER_TLS_SERVER_CREDENTIALS_H_
#define CACHE_INVALIDATION_SERVER_TLS_SERVER_CREDENTIALS_H_

#include <memory>
#include <string>

#include "grpcpp/security/server_credentials.h"
#include "server/tls/certificate_files.h"

namespace cache_invalidation::tls {

// Returns credentials whose every new connection uses the current certificates of the files. TLS
// 1.2 at least; with a client CA, a client without a valid certificate gets no connection.
//
// gRPC's own provider that watches files does not fit: it takes a pair that does not match, and
// then no handshake succeeds.
//
// The files must outlive the server. REQUIRES: its connections are accepted by one thread (gRPC
// replaces what it got from here without a lock).
std::shared_ptr<grpc::ServerCredentials> ServerCredentials(CertificateFiles& files);

// Returns what a client of gRPC sends first on an encrypted connection. A server that serves begins
// its answer with a record of type kHandshakeRecord, whatever certificate it asks for next.
std::string ClientHello();

inline constexpr char kHandshakeRecord = 22;

}  // namespace cache_invalidation::tls

#endif  // CACHE_INVALIDATION_SERVER_TLS_SERVER_CREDENTIALS_H_
