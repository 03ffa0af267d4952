// SPDX-License-Identifier: Apache-2.0

#include "tests/simulation/world.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/property/generator.h"
#include "tests/reference/condition.h"

namespace cache_invalidation::simulation {
namespace {

// The streams are checked for lost wake-ups now and then, as that ends streams that are superseded.
constexpr uint64_t kStepsPerCheck = 4;

// Steps of time.
constexpr absl::Duration kShortest = absl::Milliseconds(1);
constexpr uint64_t kShortSteps = 60;  // of kShortest, at most
constexpr uint64_t kLongSteps = 15'000;

// Rounds until all clients must be settled, and the time of each: enough for every lease, timeout
// and timer.
constexpr int kCalmRounds = 600;
// Rounds in which clients that only read continue: with tight limits, each of their fills drops
// another entry.
constexpr int kReadingRounds = 20;
constexpr absl::Duration kCalmStep = absl::Milliseconds(200);

std::string NamespaceName(size_t index) { return absl::StrCat("ns", index); }

// The rules of a new namespace.
std::vector<engine::Rule> AnyRules(property::Choices& choices) {
  std::vector<engine::Rule> rules;
  if (choices.Percent(50)) {
    rules.push_back(choices.Rule());
    rules.back().trigger_tags.push_back(kRowType);
    std::sort(rules.back().trigger_tags.begin(), rules.back().trigger_tags.end());
    if (reference::IsMalformed(rules.back().condition)) rules.back().condition.clear();
  }
  return rules;
}

}  // namespace

World::Counts& World::Counts::operator+=(const Counts& other) {
  commands += other.commands;
  runs += other.runs;
  epochs += other.epochs;
  kills += other.kills;
  power_losses += other.power_losses;
  failed_stores += other.failed_stores;
  clean_stops += other.clean_stops;
  waits += other.waits;
  return *this;
}

World::World(uint64_t seed, Mutation mutation, bool keeps_log)
    : choices_(seed),
      swarm_(choices_),
      report_(clock_, keeps_log),
      default_rules_(AnyRules(choices_)),
      limits_(property::LimitsOf(seed)),
      commands_(default_rules_, limits_, report_),
      publications_(report_),
      disk_(choices_, mutation, [this] { WhileWriting(); }),
      surroundings_{choices_, clock_, report_, database_, swarm_, mutation, nullptr} {
  for (size_t i = 0; i < swarm_.namespaces; ++i) {
    const std::string name = NamespaceName(i);
    SharedCache& shared = shared_caches_.emplace_back();
    for (size_t j = 0; j < swarm_.subscribers; ++j) {
      subscribers_.push_back(std::make_unique<Subscriber>(surroundings_, publications_, name,
                                                          absl::StrCat("subscriber", i, j)));
    }
    for (size_t j = 0; j < swarm_.writers; ++j) {
      writers_.push_back(std::make_unique<Writer>(surroundings_, name, absl::StrCat("writer", i, j),
                                                  [this] { OnWaited(); }));
    }
    for (size_t j = 0; j < swarm_.strangers; ++j) {
      strangers_.push_back(
          std::make_unique<Stranger>(surroundings_, name, absl::StrCat("stranger", i, j)));
    }
    for (size_t j = 0; j < swarm_.readers; ++j) {
      readers_.push_back(
          std::make_unique<Reader>(surroundings_, shared, name, absl::StrCat("reader", i, j)));
    }
  }
}

World::~World() = default;

void World::Run() {
  for (uint64_t step = 0; step < swarm_.steps && report_.ok(); ++step) {
    Step(/*within_write=*/false);
    ServerRun* server = surroundings_.server.get();
    if (server != nullptr && step % kStepsPerCheck == 0) server->CheckWakeUps();
    if (server != nullptr && server->dead()) CloseServer();
  }
  if (report_.ok()) CalmDown();
  if (report_.ok()) CheckEverything();
  counts_.commands = commands_.applied();
}

void World::Step(bool within_write) {
  ServerRun* server = surroundings_.server.get();
  if (server != nullptr && server->dead()) server = nullptr;
  std::vector<size_t> busy_shards;
  for (size_t shard = 0; server != nullptr && shard < server->shards(); ++shard) {
    if (server->ShardHasWork(shard)) busy_shards.push_back(shard);
  }
  const bool broken = disk_.fault() != Disk::Fault::kNone;
  const bool down = surroundings_.server == nullptr && !starting_;
  const bool may_commit = server != nullptr && !within_write && server->CommitterHasWork();
  const std::vector<uint64_t> weights = {
      busy_shards.empty() ? 0 : swarm_.shard,
      may_commit ? swarm_.committer : 0,
      server != nullptr && server->OutboxHasWork() ? swarm_.outbox : 0,
      server != nullptr && !server->streams().empty() ? swarm_.network : 0,
      server != nullptr ? swarm_.catch_up : 0,
      swarm_.subscriber,
      swarm_.writer,
      strangers_.empty() ? 0 : swarm_.stranger,
      readers_.empty() ? 0 : swarm_.reader,
      pullers_.empty() ? 0 : swarm_.reader,
      swarm_.time,
      !down || within_write ? 0u
      : broken              ? 2u
                            : 20u,
      swarm_.fault,
      server != nullptr && server->failed() ? 5u : 0u,
  };
  switch (choices_.Weighted(weights)) {
    case 0:
      return server->TurnShard(choices_.OneOf(busy_shards));
    case 1:
      return server->CommitGathered();
    case 2:
      return server->DriveOutbox();
    case 3:
      return MoveNetwork();
    case 4:
      return server->ReadForCursors();
    case 5:
      return choices_.OneOf(subscribers_)->Step();
    case 6:
      return choices_.OneOf(writers_)->Step();
    case 7:
      return choices_.OneOf(strangers_)->Step();
    case 8:
      return choices_.OneOf(readers_)->Step();
    case 9:
      return choices_.OneOf(pullers_)->Step();
    case 10:
      return MoveTime();
    case 11:
      return StartServer();
    case 12:
      return StrikeFault(within_write);
    default:
      report_.Log("the server ends, as its store has failed");
      return Kill();
  }
}

void World::WhileWriting() {
  if (surroundings_.calm) return;
  const auto died = [this] {
    return died_starting_ || (surroundings_.server != nullptr && surroundings_.server->dead());
  };
  for (uint64_t left = choices_.Below(swarm_.steps_per_write + 1); left > 0 && !died(); --left) {
    Step(/*within_write=*/true);
  }
}

void World::MoveTime() {
  const bool pause = choices_.Percent(swarm_.long_pause_percent);
  clock_.Advance(kShortest * (1 + choices_.Below(pause ? kLongSteps : kShortSteps)));
}

void World::MoveNetwork() {
  const std::shared_ptr<Stream> stream = choices_.OneOf(surroundings_.server->streams());
  if (stream->connection().left && choices_.Percent(30)) return stream->NoteLeft();
  (void)stream->Step();
}

void World::StrikeFault(bool within_write) {
  ServerRun* server = surroundings_.server.get();
  const bool running = server != nullptr && !server->dead();
  const bool broken = disk_.fault() != Disk::Fault::kNone;
  // A store in memory never fails.
  const bool may_break = !broken && durability_ != Durability::kMemory;
  const std::vector<uint64_t> weights = {
      running || starting_ ? swarm_.kill : 0,
      swarm_.power_loss,
      running && !within_write && !server->failed() ? swarm_.clean_stop : 0,
      may_break ? swarm_.failed_write : 0,
      may_break ? swarm_.failed_sync : 0,
      may_break ? swarm_.full_disk : 0,
      broken ? 8u : 0u,
      1,
  };
  switch (choices_.Weighted(weights)) {
    case 0:
      report_.Log("the server is killed");
      ++counts_.kills;
      return Kill();
    case 1:
      return LosePower();
    case 2:
      return StopServer();
    case 3:
      report_.Log("writes fail");
      return disk_.Break(Disk::Fault::kWritesFail);
    case 4:
      report_.Log("syncs fail");
      return disk_.Break(Disk::Fault::kSyncsFail);
    case 5:
      report_.Log("the disk is full");
      return disk_.Break(Disk::Fault::kFull);
    case 6:
      report_.Log("the disk is repaired");
      return disk_.Break(Disk::Fault::kNone);
    default:
      return;
  }
}

void World::Kill() {
  disk_.EndProcess();
  if (starting_) died_starting_ = true;
  if (surroundings_.server != nullptr) surroundings_.server->Die();
}

void World::LosePower() {
  report_.Log("the machine loses power");
  ++counts_.power_losses;
  Kill();
  disk_.LosePower();
  disk_.Break(Disk::Fault::kNone);
  ++boot_;
  if (surroundings_.server == nullptr && !starting_) {
    commands_.EndRun(disk_.writes(), /*forgives=*/false);
  }
}

// The store detects damage by itself; that it is a copy, the operator declares until a start has
// succeeded.
void World::LoseEndOfStore() {
  const size_t lost = choices_.Below(disk_.writes() + 1);
  const bool damaged = choices_.Percent(50);
  report_.Log(damaged ? "the disk loses" : "the disk is restored from a copy without", " the last ",
              lost, " writes");
  disk_.RestoreCopy(lost);
  commands_.EndRun(disk_.writes(), /*forgives=*/true);
  if (!damaged) {
    needs_new_epoch_ = true;
  } else if (lost > 0) {
    disk_.SayEndIsMissing();
  }
}

void World::StartServer() {
  durability_ = choices_.OneOf(swarm_.durabilities);
  if (durability_ == Durability::kMemory) disk_.Clear();
  if (!surroundings_.calm && choices_.Percent(swarm_.restored_copy_percent)) LoseEndOfStore();
  if (choices_.Percent(20)) {
    clock_.SetWallClock(clock_.Now() + absl::Minutes(1) * (choices_.Below(7) - 3.0));
  }
  ServerOptions options;
  options.persistence.durability = durability_;
  options.persistence.boot_id =
      absl::StrCat("boot-", surroundings_.mutation == Mutation::kKeepsEpoch ? 0 : boot_,
                   swarm_.knows_boot_id ? "" : absl::StrCat("-", counts_.runs));
  options.persistence.new_epoch = needs_new_epoch_ || choices_.Percent(swarm_.asked_epoch_percent);
  options.new_epoch = absl::StrCat("epoch-", ++counts_.runs);
  options.default_rules = default_rules_;
  options.limits = limits_;
  options.shards = swarm_.shards;
  options.event_cache_bytes = swarm_.event_cache_bytes;
  options.event_retention = {.bytes = swarm_.retained_bytes, .age = swarm_.retained_age};
  options.max_mailbox_submissions = swarm_.max_mailbox_submissions;
  options.heartbeat = swarm_.heartbeat;
  options.longest_earlier_lease = swarm_.longest_lease;
  options.stream_window = swarm_.stream_window;
  options.mutation = surroundings_.mutation;
  report_.Log("the server starts: ", DurabilityName(durability_), ", ",
              options.persistence.boot_id);
  starting_ = true;
  died_starting_ = false;
  auto run =
      ServerRun::Start(std::move(options), {clock_, disk_, commands_, publications_, report_});
  starting_ = false;
  if (run.ok()) {
    report_.Log("it runs; epoch ", (*run)->epoch(), " ", Explanation((*run)->decision()));
    if ((*run)->decision() != EpochDecision::kGoesOn) ++counts_.epochs;
    needs_new_epoch_ = false;
    surroundings_.server = *std::move(run);
    return;
  }
  report_.Log("it does not start: ", run.status().ToString());
  if (!absl::IsUnavailable(run.status())) {
    report_.Fail(absl::StrCat("the server does not start: ", run.status().ToString()));
  }
  if (!died_starting_) disk_.EndProcess();
  commands_.EndRun(disk_.writes(), /*forgives=*/false);
}

void World::StopServer() {
  report_.Log("the server is stopped");
  ServerRun& server = *surroundings_.server;
  server.Stop();
  for (int i = 0; i < 30 && !server.dead() && !server.streams().empty(); ++i) {
    server.DriveOutbox();
    for (const std::shared_ptr<Stream>& stream : std::vector(server.streams())) {
      (void)stream->Step();
    }
    Step(/*within_write=*/true);
  }
  if (server.dead()) return;
  ++counts_.clean_stops;
  Kill();
}

void World::CloseServer() {
  counts_.failed_stores += surroundings_.server->failed() ? 1 : 0;
  surroundings_.server.reset();
  if (durability_ == Durability::kMemory) disk_.Clear();
  commands_.EndRun(disk_.writes(), /*forgives=*/false);
}

void World::OnWaited() {
  ++counts_.waits;
  for (const std::unique_ptr<Subscriber>& subscriber : subscribers_) subscriber->CheckCache();
}

void World::CalmDown() {
  report_.Log("all is calm");
  surroundings_.calm = true;
  disk_.Break(Disk::Fault::kNone);
  for (int round = 0; round < kCalmRounds && report_.ok(); ++round) {
    if (CalmRound(/*reading=*/round < kReadingRounds)) return;
    clock_.Advance(kCalmStep);
  }
  report_.Fail("not everybody comes to rest");
}

bool World::CalmRound(bool reading) {
  if (surroundings_.server != nullptr && surroundings_.server->failed()) Kill();
  if (surroundings_.server != nullptr && surroundings_.server->dead()) CloseServer();
  if (surroundings_.server == nullptr) StartServer();
  if (surroundings_.server == nullptr) return false;
  ServerRun& server = *surroundings_.server;
  for (const std::shared_ptr<Stream>& stream : std::vector(server.streams())) {
    while (stream->Step()) {
    }
    if (stream->connection().left) stream->NoteLeft();
  }
  for (size_t shard = 0; shard < server.shards(); ++shard) {
    if (server.ShardHasWork(shard)) server.TurnShard(shard);
  }
  if (server.CommitterHasWork()) server.CommitGathered();
  server.ReadForCursors();
  if (server.OutboxHasWork()) server.DriveOutbox();
  bool at_rest = true;
  for (const std::unique_ptr<Writer>& writer : writers_) {
    writer->Step();
    at_rest &= writer->idle();
  }
  if (reading) {
    for (const std::unique_ptr<Reader>& reader : readers_) reader->Step();
    for (const std::unique_ptr<Puller>& puller : pullers_) puller->Step();
  }
  for (const std::unique_ptr<Subscriber>& subscriber : subscribers_) {
    for (int i = 0; i < 10 && subscriber->Settle(); ++i) {
    }
    subscriber->CheckCache();
    at_rest &= subscriber->settled();
  }
  return at_rest;
}

void World::CheckEverything() {
  for (const std::unique_ptr<Subscriber>& subscriber : subscribers_) {
    subscriber->CheckCurrent();
    subscriber->CheckHistory(publications_);
  }
  ServerRun& server = *surroundings_.server;
  while (server.CommitterHasWork()) server.CommitGathered();
  Kill();
  surroundings_.server.reset();
  commands_.EndRun(disk_.writes(), /*forgives=*/false);
}

}  // namespace cache_invalidation::simulation
