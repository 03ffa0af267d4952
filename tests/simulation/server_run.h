// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_SERVER_RUN_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_SERVER_RUN_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/commit/committer.h"
#include "server/core/server_core.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/silent_delivery_observer.h"
#include "tests/simulation/call.h"
#include "tests/simulation/command_log.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/mutation.h"
#include "tests/simulation/outbox.h"
#include "tests/simulation/publications.h"
#include "tests/simulation/stream.h"

namespace cache_invalidation::simulation {

struct ServerOptions : CoreOptions {
  PersistenceOptions persistence;
  std::string new_epoch;  // the name of a history that begins with this run
  size_t stream_window = 1;
  Mutation mutation = Mutation::kNone;
};

// What a run of the server uses; outlives it.
struct ServerSurroundings {
  FakeClock& clock;
  Disk& disk;
  CommandLog& commands;
  Publications& publications;
  Report& report;
};

// One process of the server, from its start to its end: a ServerCore whose loops, commits and
// streams take single steps. A process that has died does nothing any more.
class ServerRun final : private ServerDriver,
                        private commit::Publisher,
                        private commit::CommitObserver,
                        private SilentDeliveryObserver {
 public:
  // Starts with the contents of the disk, as Server::Start does. An error: the store failed, or the
  // process died meanwhile.
  static absl::StatusOr<std::unique_ptr<ServerRun>> Start(ServerOptions options,
                                                          const ServerSurroundings& surroundings);
  ~ServerRun() override;

  ServerRun(const ServerRun&) = delete;
  ServerRun& operator=(const ServerRun&) = delete;

  // Called by clients.
  void Submit(const std::shared_ptr<Call>& call);
  void Connect(std::shared_ptr<Connection> connection);

  // One step of each thread. REQUIRES: it has work.
  size_t shards() const { return core_->shards().size(); }
  bool ShardHasWork(size_t shard) const;
  void TurnShard(size_t shard);
  bool CommitterHasWork() const { return !gathered_.empty(); }
  void CommitGathered();
  bool OutboxHasWork() const { return outbox_.HasWork(); }
  void DriveOutbox() { outbox_.Drive(); }
  void ReadForCursors();
  // Open streams, in the order in which they were opened.
  const std::vector<std::shared_ptr<Stream>>& streams();

  // Fails if a stream has something to send while neither the outbox nor the reader for cursors has
  // anything to do.
  void CheckWakeUps();

  // As Server::Shutdown, up to the point where streams are drained.
  void Stop();

  // The process crashes: every call and stream breaks. Must be reported to the disk, too.
  void Die();
  bool dead() const { return dead_; }
  // The store has failed: the process must end soon.
  bool failed() const { return failed_; }

  const std::string& epoch() const { return core_->epoch(); }
  EpochDecision decision() const { return core_->epoch_decision(); }
  uint64_t head(const std::string& namespace_name) const {
    return core_->hub().head(namespace_name);
  }

 private:
  struct Handed {
    commit::Group group;
    uint64_t number = 0;
  };

  ServerRun(ServerOptions options, const ServerSurroundings& surroundings);

  absl::Status Begin(Persistence persistence);
  void Write(std::vector<Handed> handed);
  void OnAnswers(const std::shared_ptr<Call>& call, std::vector<shard::Result> answers);
  void Finish(const std::shared_ptr<Call>& call);
  void Fail(const std::shared_ptr<Call>& call, const absl::Status& status);

  void HandOver(commit::Group group) override;
  bool TryHandOver(commit::Group group) override;
  bool Commit(commit::Group group) override;
  void StartLoops(shard::ShardSet&) override {}
  void FinishLoops() override;
  void FinishCommits() override;
  void DrainStreams(absl::Duration grace) override;

  void Publish(commit::Group group) override;
  void Abandon(commit::Group group) override;
  void OnCommitted(const commit::CommitStats&) override {}

  const ServerOptions options_;
  const ServerSurroundings surroundings_;
  Outbox outbox_;
  Waker waker_;
  std::unique_ptr<ServerCore> core_;
  std::unique_ptr<commit::GroupWriter> writer_;
  std::vector<Handed> gathered_;
  std::vector<std::shared_ptr<Stream>> streams_;
  std::vector<std::shared_ptr<Call>> calls_;  // without an answer
  bool begun_ = false;
  bool loops_finished_ = false;
  bool commits_finished_ = false;
  bool failed_ = false;
  bool dead_ = false;
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_SERVER_RUN_H_
