#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_PAGES_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_PAGES_H_

#include <vector>

#include "client/connect/http/http_sink_status.h"
#include "client/connect/postgres/source_status.h"
#include "client/connect/redis/redis_status.h"
#include "common/clock.h"
#include "server/http/http_server.h"

namespace cache_invalidation::connect {

// Returns what the program shows over HTTP; refers to the arguments:
//
//   /metrics        the figures, for Prometheus
//   /healthz        the process lives
//   /readyz         it follows the log or the service, and every endpoint carried the last request
//                   out; 503 otherwise, with the reason
//   /told           of a source: the position up to which everything is reported, such as
//                   0/16B374D8
//   /told?lsn=LSN   200 if everything before LSN is reported, 503 if it is not yet. After a commit,
//                   with pg_current_wal_insert_lsn(), an application can wait until caches know of
//                   it.
std::vector<http::Route> Pages(const SourceStatus& status, const Clock& clock);
std::vector<http::Route> Pages(const RedisStatus& status, const Clock& clock);
std::vector<http::Route> Pages(const HttpSinkStatus& status, const Clock& clock);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_PAGES_H_
