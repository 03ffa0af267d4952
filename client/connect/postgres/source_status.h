// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_SOURCE_STATUS_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_SOURCE_STATUS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "absl/time/time.h"
#include "client/connect/postgres/lsn.h"
#include "client/connect/postgres/transaction_assembler.h"
#include "client/connect/shared_figures.h"

namespace cache_invalidation::connect {

// Time from a commit, by the database's clock, to its result, by ours. Clocks may differ: what is
// below zero counts as zero.
struct ToldSeconds {
  static constexpr std::array<double, 12> kBounds = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
                                                     0.1,   0.2,   0.5,   1,    5,    60};
  std::array<uint64_t, kBounds.size() + 1> counts = {};  // of each bucket, the last without bound
  double sum = 0;

  void Add(absl::Duration duration);
};

// Zero for each of kGapReasons.
std::map<std::string, uint64_t> NoGaps();

// What is known of a source, for metrics and probes. `connected` is to the log, and reported what
// came. Counters are since the start of the process.
struct SourceFigures : Health {
  Lsn received = 0;       // the end of the server's log
  uint64_t retained = 0;  // bytes of log that PostgreSQL keeps for the slot
  Lsn told = 0;           // every commit before it is reported, and was visible when it was
  Lsn confirmed = 0;      // by us to PostgreSQL
  absl::Time contact = absl::InfinitePast();   // the last response of the database
  absl::Time followed = absl::InfinitePast();  // when this, or another process, last heard the log
  absl::Time told_commit = absl::InfinitePast();      // time of the last commit that is reported
  absl::Time untold_commit = absl::InfiniteFuture();  // of the oldest one that is not
  size_t pending_commands = 0;
  uint64_t transactions = 0;
  uint64_t told_again = 0;  // because they were not visible yet
  uint64_t refused = 0;     // by the service: reported as everything
  uint64_t released = 0;    // connections given up because the service did not answer
  // By reason. All are here from the start, so that the first of each is seen as an increase.
  std::map<std::string, uint64_t> gaps = NoGaps();
  AssemblyCounts assembly;
  ToldSeconds commit_to_told;
};

using SourceStatus = SharedFigures<SourceFigures>;

// Returns the figures in Prometheus' text format. docs/postgresql.md has the table. Pure.
std::string MetricsText(const SourceFigures& figures, absl::Time now);

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_POSTGRES_SOURCE_STATUS_H_
