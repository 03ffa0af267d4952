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
#include "server/commit/group_writer.h"
#include "server/delivery/catch_up.h"
#include "server/delivery/hub.h"
#include "server/delivery/lease_record.h"
#include "server/delivery/waiting_calls.h"
#include "server/persistence.h"
#include "server/shard/engine_time.h"
#include "server/shard/namespace_quota.h"
#include "server/shard/shard_loop.h"
#include "tests/fakes/fake_clock.h"
#include "tests/simulation/call.h"
#include "tests/simulation/command_log.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/mutation.h"
#include "tests/simulation/outbox.h"
#include "tests/simulation/publications.h"
#include "tests/simulation/stream.h"

namespace cache_invalidation::simulation {

struct ServerOptions {
  PersistenceOptions persistence;
  std::string new_epoch;  // the name of a history that begins with this run
  std::vector<engine::Rule> default_rules;
  engine::Limits limits;  // of each namespace
  size_t shards = 1;
  size_t window_bytes = 0;
  delivery::RetentionLimits retention;
  size_t max_mailbox_submissions = 0;
  absl::Duration heartbeat;
  absl::Duration longest_earlier_lease;
  size_t stream_window = 1;
  Mutation mutation = Mutation::kNone;
};

// What a run of the server stands on; outlives it.
struct ServerSurroundings {
  FakeClock& clock;
  Disk& disk;
  CommandLog& commands;
  Publications& publications;
  Report& report;
};

// One process of the server, from its start to its end: the parts of server.cc without threads and
// gRPC, each driven when the world says so. A process that has died does nothing any more.
class ServerRun final : private commit::Publisher,
                        private commit::CommitObserver,
                        private delivery::DeliveryObserver {
 public:
  // Starts on what the disk holds, as Server::Start does. An error: the store failed, or the
  // process died meanwhile.
  static absl::StatusOr<std::unique_ptr<ServerRun>> Start(ServerOptions options,
                                                          const ServerSurroundings& surroundings);
  ~ServerRun() override;

  ServerRun(const ServerRun&) = delete;
  ServerRun& operator=(const ServerRun&) = delete;

  // From clients.
  void Submit(const std::shared_ptr<Call>& call);
  void Connect(std::shared_ptr<Connection> connection);

  // What its threads do, one turn each. REQUIRES: the same question was answered with yes.
  size_t shards() const { return loops_.size(); }
  bool ShardHasWork(size_t shard) const;
  void TurnShard(size_t shard);
  bool CommitterHasWork() const { return !gathered_.empty(); }
  void Commit();
  bool OutboxHasWork() const { return outbox_.HasWork(); }
  void DriveOutbox() { outbox_.Drive(); }
  void ReadForCursors();
  // Open streams. Answers them in the order in which they came.
  const std::vector<std::shared_ptr<Stream>>& streams();

  // Fails if a stream has something to send while the outbox has nothing to do.
  void CheckWakeUps();

  // As Server::Shutdown, up to the point where streams are drained.
  void Stop();

  // The process ends where it stands: every call and stream breaks. To be told to the disk, too.
  void Die();
  bool dead() const { return dead_; }
  // The store has failed: the process is to end soon.
  bool failed() const { return failed_; }

  const std::string& epoch() const { return persistence_.epoch(); }
  EpochDecision decision() const { return persistence_.decision(); }
  uint64_t head(const std::string& namespace_name) const { return hub_.head(namespace_name); }
  bool idle() const;

 private:
  struct Handed {
    commit::Group group;
    uint64_t number = 0;
  };
  struct Loop {
    std::unique_ptr<shard::ShardLoop> loop;
    size_t waiting = 0;  // in its mailbox
  };

  ServerRun(ServerOptions options, const ServerSurroundings& surroundings, Persistence persistence,
            absl::Time last_recorded);

  absl::Status Begin();
  void HandOver(commit::Group group);
  void Write(std::vector<Handed> handed);
  void OnAnswers(const std::shared_ptr<Call>& call, std::vector<shard::Answer> answers);
  void Finish(const std::shared_ptr<Call>& call);
  void Fail(const std::shared_ptr<Call>& call, const absl::Status& status);

  void Publish(commit::Group group) override;
  void Abandon(commit::Group group) override;
  void OnCommitted(const commit::CommitStats&) override {}
  void OnStreamOpened() override {}
  void OnStreamEnded(absl::StatusCode) override {}
  void OnMessageSent(size_t, size_t, absl::Duration) override {}
  void OnReset(delivery::ResetReason) override {}
  void OnCatchUpRead(absl::StatusCode, size_t) override {}
  void OnStalledStreamCancelled() override {}
  void OnWaited(const delivery::WaitOutcome&) override {}

  const ServerOptions options_;
  const ServerSurroundings surroundings_;
  Persistence persistence_;
  const shard::EngineTime time_;
  Outbox outbox_;
  Waker waker_;
  delivery::CatchUp catch_up_;
  delivery::Hub hub_;
  const delivery::EarlierLeases earlier_leases_;
  std::shared_ptr<delivery::WaitingCalls> waiting_;
  commit::GroupWriter writer_;
  delivery::LeaseRecord leases_;
  shard::NamespaceQuota quota_;
  std::vector<Loop> loops_;
  std::vector<Handed> gathered_;
  std::vector<std::shared_ptr<Stream>> streams_;
  std::vector<std::shared_ptr<Call>> calls_;  // without an answer
  bool begun_ = false;
  bool stopped_ = false;
  bool failed_ = false;
  bool dead_ = false;
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_SERVER_RUN_H_
