// SPDX-License-Identifier: Apache-2.0

#include "tests/simulation/server_run.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "tests/simulation/mistaken_start.h"

namespace cache_invalidation::simulation {
namespace {

// The revision in an answer; absent if it has none.
std::optional<uint64_t> RevisionOf(const engine::Result& result) {
  return std::visit(
      [](const auto& typed) -> std::optional<uint64_t> {
        if constexpr (requires { typed.revision; }) {
          return typed.revision;
        } else {
          return std::nullopt;
        }
      },
      result);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerRun>> ServerRun::Start(
    ServerOptions options, const ServerSurroundings& surroundings) {
  if (options.mutation == Mutation::kForgetsStrangers) {
    options.longest_earlier_lease = absl::ZeroDuration();
  }
  absl::StatusOr<Persistence> persistence =
      Persistence::On(surroundings.disk.Open(), options.persistence, options.new_epoch);
  if (!persistence.ok()) return persistence.status();
  std::unique_ptr<ServerRun> run(new ServerRun(std::move(options), surroundings));
  if (absl::Status status = run->Begin(*std::move(persistence)); !status.ok()) return status;
  return run;
}

ServerRun::ServerRun(ServerOptions options, const ServerSurroundings& surroundings)
    : options_(std::move(options)),
      surroundings_(surroundings),
      outbox_(surroundings_.clock),
      waker_(outbox_) {}

absl::Status ServerRun::Begin(Persistence persistence) {
  absl::StatusOr<std::unique_ptr<ServerCore>> core = ServerCore::Restore(
      options_, std::move(persistence),
      {surroundings_.clock, outbox_, waker_, *this, surroundings_.commands, *this});
  if (!core.ok()) return core.status();
  core_ = *std::move(core);
  writer_.reset(new commit::GroupWriter(core_->store(), core_->sync(), *this, surroundings_.clock,
                                        *this, [this](const absl::Status&) { failed_ = true; }));
  surroundings_.commands.BeginRun(epoch(), core_->shards().time(),
                                  options_.persistence.durability == Durability::kSync);
  if (absl::Status status = MistakenStart::Begin(*core_, options_.mutation); !status.ok()) {
    return status;
  }
  // Only now can clients learn of it.
  surroundings_.publications.BeginRun(epoch(), core_->store());
  begun_ = true;
  return absl::OkStatus();
}

ServerRun::~ServerRun() { Die(); }

void ServerRun::Submit(const std::shared_ptr<Call>& call) {
  auto submission = std::make_unique<shard::Submission>();
  submission->namespace_name = call->namespace_name;
  submission->requests = call->requests;
  submission->buffer = call->buffer;
  submission->size_bytes = 1;
  submission->cancelled = [this, call] {
    surroundings_.commands.BeginCall(call->number, call->buffer);
    return call->given_up;
  };
  submission->done = [this, call](std::vector<shard::Result> answers) {
    OnAnswers(call, std::move(answers));
  };
  const absl::Status status = core_->shards().Submit(std::move(submission));
  if (!status.ok()) return Fail(call, status);
  calls_.push_back(call);
}

void ServerRun::OnAnswers(const std::shared_ptr<Call>& call, std::vector<shard::Result> answers) {
  call->answers = std::move(answers);
  for (const shard::Result& answer : call->answers) {
    if (!answer.ok()) continue;
    const std::optional<uint64_t> revision = RevisionOf(*answer);
    if (revision && *revision > surroundings_.publications.head(call->namespace_name, epoch())) {
      surroundings_.report.Fail(
          absl::StrCat("an answer tells of revision ", *revision, ", which is not published"));
    }
  }
  if (!call->waits || !call->ok()) return Finish(call);
  core_->waiting().Wait(call->namespace_name, *RevisionOf(*call->answers.front()),
                        {.timeout = call->wait_timeout},
                        [this, call](delivery::WaitOutcome outcome) {
                          call->outcome = std::move(outcome);
                          Finish(call);
                        });
}

void ServerRun::Finish(const std::shared_ptr<Call>& call) {
  if (call->ok()) surroundings_.commands.Acknowledge(call->number);
  call->answered = true;
  call->epoch = epoch();
  calls_.erase(std::find(calls_.begin(), calls_.end(), call));
  if (call->on_answer) call->on_answer(*call);
}

void ServerRun::Fail(const std::shared_ptr<Call>& call, const absl::Status& status) {
  call->answers.assign(call->requests.size(), shard::Result(status));
  call->answered = true;
}

void ServerRun::Connect(std::shared_ptr<Connection> connection) {
  streams_.push_back(std::make_shared<Stream>(core_->streams(), waker_, options_.stream_window,
                                              options_.mutation, std::move(connection)));
}

const std::vector<std::shared_ptr<Stream>>& ServerRun::streams() {
  streams_.erase(std::remove_if(streams_.begin(), streams_.end(),
                                [](const auto& stream) { return stream->over(); }),
                 streams_.end());
  return streams_;
}

bool ServerRun::ShardHasWork(size_t shard) const {
  return !loops_finished_ && core_->shards().loop(shard).HasWork();
}

void ServerRun::TurnShard(size_t shard) {
  (void)core_->shards().loop(shard).Turn(-absl::InfiniteDuration());
}

void ServerRun::CheckWakeUps() {
  if (dead_ || failed_) return;
  ReadForCursors();
  if (OutboxHasWork()) return;
  for (const std::shared_ptr<Stream>& stream : streams()) {
    if (stream->MissedWakeUp(surroundings_.clock.Monotonic())) {
      surroundings_.report.Fail("a stream has something to send, and the outbox does not know");
    }
  }
}

void ServerRun::ReadForCursors() {
  const std::optional<uint64_t> channel = core_->catch_up().ReadNext();
  if (channel) outbox_.Deliver({}, {*channel});
}

void ServerRun::HandOver(commit::Group group) {
  if (options_.mutation == Mutation::kAnswersBeforeSync) {
    outbox_.Deliver(std::exchange(group.completions, {}), {});
  }
  gathered_.push_back({std::move(group), surroundings_.commands.SealGroup()});
}

bool ServerRun::TryHandOver(commit::Group group) {
  if (commits_finished_) return false;
  if (options_.mutation == Mutation::kTellsLeaseAtOnce) {
    outbox_.Deliver(std::exchange(group.completions, {}), {});
  }
  HandOver(std::move(group));
  return true;
}

// Writes each group separately, like a committer that keeps up with its shards, so that the process
// may die after any of them.
bool ServerRun::Commit(commit::Group group) {
  HandOver(std::move(group));
  for (Handed& handed : std::exchange(gathered_, {})) {
    std::vector<Handed> alone;
    alone.push_back(std::move(handed));
    Write(std::move(alone));
  }
  return !failed_;
}

void ServerRun::CommitGathered() { Write(std::exchange(gathered_, {})); }

void ServerRun::Write(std::vector<Handed> handed) {
  // A group that writes nothing is as durable as the write before it.
  size_t write = surroundings_.disk.writes();
  const bool writes = std::any_of(handed.begin(), handed.end(),
                                  [](const Handed& each) { return !each.group.batch.empty(); });
  if (!writes && write > 0) --write;
  std::vector<commit::Group> groups;
  for (Handed& each : handed) {
    surroundings_.commands.NoteWrite(each.number, write);
    groups.push_back(std::move(each.group));
  }
  writer_->Write(std::move(groups));
}

void ServerRun::Publish(commit::Group group) {
  if (dead_) return;
  for (const commit::Group::Published& published : group.published) {
    if (begun_) surroundings_.publications.Publish(epoch(), published);
  }
  core_->hub().Publish(std::move(group));
}

void ServerRun::Abandon(commit::Group group) {
  if (!dead_) core_->hub().Abandon(std::move(group));
}

void ServerRun::Stop() { core_->Stop(absl::Seconds(1)); }

void ServerRun::FinishLoops() {
  loops_finished_ = true;
  for (size_t shard = 0; shard < shards(); ++shard) {
    while (core_->shards().loop(shard).Turn(-absl::InfiniteDuration())) {
    }
  }
}

void ServerRun::FinishCommits() {
  while (!gathered_.empty() && !dead_) CommitGathered();
  commits_finished_ = true;
}

void ServerRun::DrainStreams(absl::Duration grace) {
  outbox_.Drain(surroundings_.clock.Monotonic() + grace);
}

void ServerRun::Die() {
  if (dead_) return;
  dead_ = true;
  for (const std::shared_ptr<Call>& call : calls_) {
    Fail(call, absl::UnavailableError("the connection was lost; the outcome is unknown"));
  }
  calls_.clear();
  for (const std::shared_ptr<Stream>& stream : streams_) stream->Cut();
}

}  // namespace cache_invalidation::simulation
