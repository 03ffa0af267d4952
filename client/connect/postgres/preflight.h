#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_PREFLIGHT_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_PREFLIGHT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/connect/postgres/postgres_connection.h"
#include "client/connect/postgres/source_environment.h"

namespace cache_invalidation::connect {

// One thing that is wrong with a database, or unwise.
struct Finding {
  enum class Severity {
    kWarning,  // the source works, but see
    kError,    // the source does not start, or loses changes, or breaks the application
  };

  Severity severity = Severity::kError;
  std::string sentence;
  std::string sql = {};  // what to run; empty: no SQL cures it
};

// Looks at everything that the source needs, over an SQL connection of its own role. Changes
// nothing. Errors: those of PostgresConnection.
absl::StatusOr<std::vector<Finding>> Preflight(PostgresConnection& sql,
                                               const SourceOptions& options);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_PREFLIGHT_H_
