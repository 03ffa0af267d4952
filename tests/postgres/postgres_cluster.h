// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_POSTGRES_POSTGRES_CLUSTER_H_
#define CACHE_INVALIDATION_TESTS_POSTGRES_POSTGRES_CLUSTER_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace cache_invalidation {

// A PostgreSQL server in a temporary directory, reachable only through a socket there, with
// wal_level = logical and both pgoutput and wal2json allowed. The server and its directory are
// removed when this object is destroyed, or when the process ends in any way. (If a time limit of
// Bazel ends the process with all its children, the directory can remain.)
//
// PostgreSQL refuses to run as root; for root it runs as Debian's user `postgres`. The test then
// needs the tag "no-sandbox", because Bazel's sandbox has no other user.
//
// Needs the packages postgresql-15 and postgresql-15-wal2json (`./dev test` installs them).
// POSTGRES_BIN selects another version: the directory of its programs.
//
// Errors: aborts with PostgreSQL's message.
// Threads: thread-compatible.
class PostgresCluster {
 public:
  enum class StopMode {
    // Ends connections, writes everything, stops. Waits for readers of replication slots.
    kFast,
    // At once, as after a crash: the next start recovers from the log.
    kImmediate,
    // SIGKILL for all its processes.
    kKill,
  };

  // Creates a cluster and starts it. `settings` are lines for postgresql.conf, which override ours.
  explicit PostgresCluster(const std::vector<std::string>& settings = {});
  ~PostgresCluster();

  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  // Returns when connections are accepted. REQUIRES: stopped.
  void Start();
  // Returns when the server has exited. REQUIRES: started.
  void Stop(StopMode mode = StopMode::kFast);
  void Restart(StopMode mode = StopMode::kFast);

  // For libpq, psql and pg_recvlogical: the superuser `postgres`, on database `postgres`.
  const std::string& connection_string() const { return connection_string_; }

  // Returns the path of a program of PostgreSQL, for example "pg_recvlogical".
  static std::string Program(const std::string& name);

 private:
  std::string cluster() const { return directory_ + "/cluster"; }
  void WriteSettings(const std::vector<std::string>& settings) const;
  // Kills the server and its processes, and removes what would keep the next one from starting.
  void Kill() const;
  // Runs a program as the user of the cluster; aborts unless it succeeds.
  void Run(std::vector<std::string> command) const;
  // Starts a program that stops the cluster and removes its directory when our end of its input is
  // closed, which also happens when this process ends.
  void StartKeeper();

  const std::string directory_;
  const std::string connection_string_;
  pid_t keeper_ = 0;
  int keeper_input_ = -1;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_POSTGRES_POSTGRES_CLUSTER_H_
