#include "tests/simulation/server_run.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "server/shard/recovery.h"
#include "server/shard/shard_cores.h"

namespace cache_invalidation::simulation {
namespace {

// More than any world has.
constexpr size_t kNamespaces = 100;

// The revision that an answer tells; absent if it tells none.
std::optional<uint64_t> RevisionOf(const engine::Reply& reply) {
  return std::visit(
      [](const auto& typed) -> std::optional<uint64_t> {
        if constexpr (requires { typed.revision; }) {
          return typed.revision;
        } else {
          return std::nullopt;
        }
      },
      reply);
}

delivery::EarlierLeases LeasesBefore(const Persistence& persistence, const ServerOptions& options,
                                     const Clock& clock) {
  const absl::Duration longest =
      std::min(persistence.longest_earlier_lease(), options.longest_earlier_lease);
  const bool forgets = options.mutation == Mutation::kForgetsStrangers;
  return {.noted = persistence.noted_lease(),
          .longest = longest,
          .until = forgets ? -absl::InfiniteDuration()
                           : clock.Monotonic() + delivery::LeaseWithMargin(longest)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerRun>> ServerRun::Start(
    ServerOptions options, const ServerSurroundings& surroundings) {
  absl::StatusOr<Persistence> persistence =
      Persistence::On(surroundings.disk.Open(), options.persistence, options.new_epoch);
  if (!persistence.ok()) return persistence.status();
  const absl::StatusOr<absl::Time> last_recorded = shard::LastRecordedTime(persistence->store());
  if (!last_recorded.ok()) return last_recorded.status();
  std::unique_ptr<ServerRun> run(
      new ServerRun(std::move(options), surroundings, *std::move(persistence), *last_recorded));
  if (absl::Status status = run->Begin(); !status.ok()) return status;
  return run;
}

ServerRun::ServerRun(ServerOptions options, const ServerSurroundings& surroundings,
                     Persistence persistence, absl::Time last_recorded)
    : options_(std::move(options)),
      surroundings_(surroundings),
      persistence_(std::move(persistence)),
      time_(surroundings_.clock, last_recorded),
      outbox_(surroundings_.clock),
      waker_(outbox_),
      catch_up_(persistence_.store(), surroundings_.clock, *this),
      hub_({.epoch = persistence_.epoch(),
            .window_bytes = options_.window_bytes,
            .retention = options_.retention,
            .older = &catch_up_,
            .heartbeat = options_.heartbeat,
            .on_floor_moved =
                [this](absl::string_view namespace_name, uint64_t floor) {
                  Loop& loop = loops_[shard::ShardIndex(namespace_name, loops_.size())];
                  loop.loop->Trim(namespace_name, floor);
                  ++loop.waiting;
                }},
           surroundings_.clock, outbox_),
      earlier_leases_(LeasesBefore(persistence_, options_, surroundings_.clock)),
      waiting_(delivery::WaitingCalls::Make(hub_, outbox_, surroundings_.clock, *this,
                                            earlier_leases_.until)),
      writer_(persistence_.store(), persistence_.sync(), *this, surroundings_.clock, *this,
              [this](const absl::Status&) { failed_ = true; }),
      leases_(earlier_leases_,
              [this](commit::Group group) {
                if (stopped_) return false;
                if (options_.mutation == Mutation::kTellsLeaseAtOnce) {
                  outbox_.Deliver(std::exchange(group.completions, {}), {});
                }
                HandOver(std::move(group));
                return true;
              }),
      quota_(kNamespaces) {}

absl::Status ServerRun::Begin() {
  surroundings_.commands.BeginRun(epoch(), time_,
                                  options_.persistence.durability == Durability::kSync);
  if (absl::Status status = hub_.Restore(persistence_.store()); !status.ok()) return status;
  const absl::Time now = time_.Now();
  auto cores = shard::RebuildCores({.epoch = epoch(),
                                    .default_rules = options_.default_rules,
                                    .limits = options_.limits,
                                    .on_dropped = nullptr},
                                   options_.shards, persistence_.store(), quota_,
                                   surroundings_.commands, now);
  if (!cores.ok()) return cores.status();
  const bool invalidates =
      persistence_.distrusts_entries() && options_.mutation != Mutation::kTrustsEntries;
  for (std::unique_ptr<shard::ShardCore>& core : *cores) {
    if (invalidates) {
      core->InvalidateEverything(now);
      HandOver(core->SealGroup().first);
    }
    loops_.push_back({std::make_unique<shard::ShardLoop>(
        std::move(core), time_,
        shard::MailboxLimits{.submissions = options_.max_mailbox_submissions}, surroundings_.clock,
        surroundings_.commands, [this](commit::Group group) { HandOver(std::move(group)); })});
  }
  if (!gathered_.empty()) Commit();
  if (options_.persistence.durability != Durability::kMemory) {
    Handed begins;
    begins.group.batch = persistence_.RunBegins();
    begins.group.sync = true;
    std::vector<Handed> handed;
    handed.push_back(std::move(begins));
    Write(std::move(handed));
  }
  if (failed_) return absl::UnavailableError("the store failed while the server started");
  // Only now can anybody hear of it.
  surroundings_.publications.BeginRun(epoch(), persistence_.store());
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
  submission->done = [this, call](std::vector<shard::Answer> answers) {
    OnAnswers(call, std::move(answers));
  };
  Loop& loop = loops_[shard::ShardIndex(call->namespace_name, loops_.size())];
  const absl::Status status = loop.loop->Submit(std::move(submission));
  if (!status.ok()) return Fail(call, status);
  ++loop.waiting;
  calls_.push_back(call);
}

void ServerRun::OnAnswers(const std::shared_ptr<Call>& call, std::vector<shard::Answer> answers) {
  call->answers = std::move(answers);
  for (const shard::Answer& answer : call->answers) {
    if (!answer.status.ok()) continue;
    const std::optional<uint64_t> revision = RevisionOf(answer.reply);
    if (revision && *revision > surroundings_.publications.head(call->namespace_name, epoch())) {
      surroundings_.report.Fail(
          absl::StrCat("an answer tells of revision ", *revision, ", which is not published"));
    }
  }
  if (!call->waits || !call->ok()) return Finish(call);
  waiting_->Wait(call->namespace_name, *RevisionOf(call->answers.front().reply), call->wait_timeout,
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
  call->answers.assign(call->requests.size(), shard::Answer{status, {}});
  call->answered = true;
}

void ServerRun::Connect(std::shared_ptr<Connection> connection) {
  streams_.push_back(std::make_shared<Stream>(
      delivery::StreamSurroundings{hub_, waker_, *waiting_, leases_, surroundings_.clock, *this},
      waker_, options_.stream_window, options_.mutation, std::move(connection)));
}

const std::vector<std::shared_ptr<Stream>>& ServerRun::streams() {
  streams_.erase(std::remove_if(streams_.begin(), streams_.end(),
                                [](const auto& stream) { return stream->over(); }),
                 streams_.end());
  return streams_;
}

bool ServerRun::ShardHasWork(size_t shard) const {
  const Loop& loop = loops_[shard];
  if (stopped_) return false;
  return loop.waiting > 0 || loop.loop->next_timer() <= surroundings_.clock.Monotonic();
}

void ServerRun::TurnShard(size_t shard) {
  loops_[shard].waiting = 0;
  (void)loops_[shard].loop->Turn(-absl::InfiniteDuration());
}

void ServerRun::CheckWakeUps() {
  if (dead_ || failed_ || OutboxHasWork()) return;
  for (const std::shared_ptr<Stream>& stream : streams()) {
    if (stream->MissedWakeUp(surroundings_.clock.Monotonic())) {
      surroundings_.report.Fail("a stream has something to send, and the outbox does not know");
    }
  }
}

void ServerRun::ReadForCursors() {
  const absl::optional<uint64_t> channel = catch_up_.ReadNext();
  if (channel) outbox_.Deliver({}, {*channel});
}

void ServerRun::HandOver(commit::Group group) {
  if (options_.mutation == Mutation::kAnswersBeforeSync) {
    outbox_.Deliver(std::exchange(group.completions, {}), {});
  }
  gathered_.push_back({std::move(group), surroundings_.commands.SealGroup()});
}

void ServerRun::Commit() { Write(std::exchange(gathered_, {})); }

void ServerRun::Write(std::vector<Handed> handed) {
  // A group that writes nothing is as durable as what was written before it.
  size_t write = surroundings_.disk.writes();
  const bool writes = std::any_of(handed.begin(), handed.end(),
                                  [](const Handed& each) { return !each.group.batch.empty(); });
  if (!writes && write > 0) --write;
  std::vector<commit::Group> groups;
  for (Handed& each : handed) {
    surroundings_.commands.NoteWrite(each.number, write);
    groups.push_back(std::move(each.group));
  }
  writer_.Write(std::move(groups));
}

void ServerRun::Publish(commit::Group group) {
  if (dead_) return;
  for (const commit::Group::Published& published : group.published) {
    if (begun_) surroundings_.publications.Publish(epoch(), published);
  }
  hub_.Publish(std::move(group));
}

void ServerRun::Abandon(commit::Group group) {
  if (!dead_) hub_.Abandon(std::move(group));
}

void ServerRun::Stop() {
  stopped_ = true;
  for (Loop& loop : loops_) loop.loop->Close();
  for (size_t shard = 0; shard < loops_.size() && !dead_; ++shard) TurnShard(shard);
  while (!gathered_.empty() && !dead_) Commit();
  if (!dead_ && options_.persistence.durability != Durability::kMemory) {
    (void)persistence_.RunEndsCleanly();
  }
  if (!dead_) outbox_.Drain(surroundings_.clock.Monotonic() + absl::Seconds(1));
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

bool ServerRun::idle() const {
  for (size_t shard = 0; shard < loops_.size(); ++shard) {
    if (ShardHasWork(shard)) return false;
  }
  return gathered_.empty() && !OutboxHasWork() && calls_.empty();
}

}  // namespace cache_invalidation::simulation
