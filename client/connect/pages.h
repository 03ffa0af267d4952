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
//   /metrics        SourceFigures, for Prometheus
//   /healthz        the process lives
//   /readyz         it follows the log; 503 otherwise, with the reason
//   /told           the position up to which everything is reported, such as 0/16B374D8
//   /told?lsn=LSN   200 if everything before LSN is reported, 503 if it is not yet. After a commit,
//   with
//                   pg_current_wal_insert_lsn(), an application can wait until caches know of it.
std::vector<http::Route> Pages(const SourceStatus& status, const Clock& clock);

// The same for a sink: /metrics, /healthz, and /readyz while it follows the service.
std::vector<http::Route> Pages(const RedisStatus& status);

// As above, of a sink: it is ready if it hears events, and every endpoint carried the last request
// out.
std::vector<http::Route> Pages(const HttpSinkStatus& status);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_PAGES_H_
