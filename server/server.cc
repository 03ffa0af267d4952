#include "server/server.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/mutex.h"
#include "common/real_clock.h"
#include "grpcpp/channel.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "server/commit/committer.h"
#include "server/commit/group_writer.h"
#include "server/delivery/catch_up.h"
#include "server/delivery/catch_up_thread.h"
#include "server/delivery/hub.h"
#include "server/delivery/lease_record.h"
#include "server/delivery/outbox.h"
#include "server/delivery/waiting_calls.h"
#include "server/http/http_server.h"
#include "server/metrics/metrics.h"
#include "server/process/connection_acceptor.h"
#include "server/process/memory_thread.h"
#include "server/process/self_check.h"
#include "server/rpc/admission.h"
#include "server/rpc/backend.h"
#include "server/rpc/cache_entry_service.h"
#include "server/rpc/dependency_service.h"
#include "server/rpc/health.h"
#include "server/rpc/invalidation_service.h"
#include "server/rpc/namespace_service.h"
#include "server/rpc/open_calls.h"
#include "server/rpc/relationship_service.h"
#include "server/rpc/rule_service.h"
#include "server/rpc/stats_service.h"
#include "server/rpc/subscription_service.h"
#include "server/rpc/write_event_service.h"
#include "server/rpc/write_stream.h"
#include "server/shard/shard_set.h"
#include "server/version.h"

namespace cache_invalidation {
namespace {

// A server that stops refuses calls until so long nobody has come, and at most for so long.
constexpr absl::Duration kQuietEnough = absl::Milliseconds(50);
constexpr absl::Duration kLongestRefusing = absl::Milliseconds(500);
// Connections that were ended take a moment; there is no call on them to wait for.
constexpr absl::Duration kLastWords = absl::Milliseconds(100);
// Until its last answers are written it looks this often.
constexpr absl::Duration kLookForEnds = absl::Milliseconds(5);

// Has the committer write the batch with a sync, and waits until it has.
absl::Status CommitSynced(commit::Committer& committer, storage::WriteBatch batch) {
  struct {
    Mutex mutex;
    CondVar changed;
    bool done ABSL_GUARDED_BY(mutex) = false;
    bool durable ABSL_GUARDED_BY(mutex) = false;
  } answer;
  commit::Group group;
  group.batch = std::move(batch);
  group.sync = true;
  group.completions.push_back([&answer](bool durable) {
    MutexLock lock(answer.mutex);
    answer.done = true;
    answer.durable = durable;
    answer.changed.NotifyAll();
  });
  committer.Submit(std::move(group));
  MutexLock lock(answer.mutex);
  while (!answer.done) answer.changed.Wait(answer.mutex);
  return answer.durable ? absl::OkStatus()
                        : absl::UnavailableError("the store failed while the server started");
}

absl::Status StoreFailed(const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("the store failed: ", status.message()));
}

// Which leases of an earlier server may still run. The operator may know that there are fewer.
delivery::EarlierLeases LeasesBefore(const Persistence& persistence, absl::Duration at_most,
                                     const Clock& clock) {
  const absl::Duration longest = std::min(persistence.longest_earlier_lease(), at_most);
  const bool any = longest > absl::ZeroDuration();
  return {.noted = persistence.noted_lease(),
          .longest = longest,
          .until = any ? clock.Monotonic() + delivery::LeaseWithMargin(longest)
                       : -absl::InfiniteDuration()};
}

// Defaults of gRPC that do not fit: clients may ping every 10 s to notice a dead stream soon, and
// the server pings as well; connections are renewed now and then, so that load finds new servers
// (streams on them may go on); and who connects and says nothing is let go soon.
void Configure(grpc::ServerBuilder& builder, const ServerOptions& options) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(options.max_request_bytes));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                             static_cast<int>(absl::ToInt64Milliseconds(kMaxConnectionAge)));
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 20'000);
}

}  // namespace

// In the order of construction; each part uses only those before it. Everything that a reaction of
// gRPC can touch stands before the grpc::Server.
struct Server::Parts {
  Parts(ServerOptions given, Persistence opened);
  ~Parts();

  absl::Status StartShards();
  absl::Status BeginRun();
  absl::Status StartGrpc();
  absl::Status StartHttp();
  void AcceptConnections();
  void SetServing(bool now_serving);
  void Shutdown(absl::Duration grace);
  void RefuseLateCalls(absl::Duration at_most);
  void AwaitNone(const std::function<size_t()>& open, absl::Duration until);
  void EndConnections();
  void WatchMemory();
  void OnMemory(process::MemoryLevel level, size_t resident_bytes);
  void CheckItself();
  void GiveUp();

  const ServerOptions options;
  RealClock real_clock;
  Clock& clock;
  metrics::Metrics metrics;
  Persistence persistence;
  std::unique_ptr<delivery::Outbox> outbox;
  delivery::CatchUp catch_up;
  std::unique_ptr<delivery::CatchUpThread> catch_up_thread;
  std::atomic<shard::ShardSet*> trimmed_shards =
      nullptr;  // who is told that history was dropped, once there is one
  delivery::Hub hub;
  const delivery::EarlierLeases earlier_leases;
  std::shared_ptr<delivery::WaitingCalls> waiting;
  commit::Committer committer;
  delivery::LeaseRecord leases;
  std::unique_ptr<shard::ShardSet> shards;
  rpc::WriteStreamSet write_streams;
  rpc::Admission admission;
  rpc::OpenCalls open_calls;
  std::unique_ptr<process::MemoryThread> memory;
  std::vector<std::unique_ptr<grpc::Service>> services;
  rpc::SubscriptionService* subscriptions = nullptr;  // of `services`
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> connections;
  std::unique_ptr<grpc::Server> grpc;
  std::unique_ptr<process::ConnectionAcceptor> acceptor;
  std::unique_ptr<rpc::Health> health;
  std::atomic<bool> serving = false;
  std::atomic<bool> reachable = true;
  std::unique_ptr<process::SelfCheck> self_check;
  std::unique_ptr<http::HttpServer> http;
  bool run_begun = false;
  bool shut_down = false;
};

Server::Parts::Parts(ServerOptions given, Persistence opened)
    : options(std::move(given)),
      clock(options.clock == nullptr ? real_clock : *options.clock),
      metrics(kVersion),
      persistence(std::move(opened)),
      outbox(std::make_unique<delivery::Outbox>(clock)),
      catch_up(persistence.store(), clock, metrics.delivery()),
      catch_up_thread(std::make_unique<delivery::CatchUpThread>(catch_up, *outbox)),
      hub({.epoch = persistence.epoch(),
           .window_bytes = options.history_bytes,
           .retention = options.event_retention,
           .older = &catch_up,
           .heartbeat = options.heartbeat,
           .on_floor_moved =
               [this](absl::string_view namespace_name, uint64_t floor) {
                 if (shard::ShardSet* set = trimmed_shards.load()) set->Trim(namespace_name, floor);
               }},
          clock, *outbox),
      earlier_leases(LeasesBefore(persistence, options.longest_earlier_lease, clock)),
      waiting(delivery::WaitingCalls::Make(hub, *outbox, clock, metrics.delivery(),
                                           earlier_leases.until,
                                           options.max_awaited_per_namespace)),
      committer(std::make_unique<commit::GroupWriter>(persistence.store(), persistence.sync(), hub,
                                                      clock, metrics.commit(),
                                                      [this](const absl::Status& status) {
                                                        serving = false;
                                                        if (options.on_fatal)
                                                          options.on_fatal(StoreFailed(status));
                                                      }),
                clock),
      leases(earlier_leases,
             [this](commit::Group group) { return committer.TrySubmit(std::move(group)); }) {}

// The outbox ends before what its last completions look at, and after the calls that wake it.
Server::Parts::~Parts() {
  Shutdown(absl::ZeroDuration());
  health.reset();
  grpc.reset();
  catch_up_thread.reset();
  outbox.reset();
}

absl::Status Server::Parts::StartShards() {
  if (absl::Status status = hub.Restore(persistence.store()); !status.ok()) return status;
  absl::StatusOr<std::unique_ptr<shard::ShardSet>> started =
      shard::ShardSet::Start({.shards = options.shards,
                              .epoch = hub.epoch(),
                              .default_rules = options.default_rules,
                              .invalidate_everything = persistence.distrusts_entries(),
                              .limits = options.limits,
                              .on_dropped = options.on_dropped,
                              .max_namespaces = options.max_namespaces,
                              .mailbox = {.submissions = options.max_mailbox_submissions}},
                             persistence.store(), clock, committer, metrics.shard());
  if (!started.ok()) return started.status();
  shards = *std::move(started);
  trimmed_shards = shards.get();
  // Those that moved before there was anybody to tell.
  for (const delivery::FloorMoved& floor : hub.floors()) {
    shards->Trim(floor.namespace_name, floor.floor);
  }
  return absl::OkStatus();
}

// Comes after what the shards handed over at their start, and before anybody hears of the epoch.
absl::Status Server::Parts::BeginRun() {
  if (options.persistence.durability == Durability::kMemory) return absl::OkStatus();
  absl::Status status = CommitSynced(committer, persistence.RunBegins());
  run_begun = status.ok();
  return status;
}

absl::Status Server::Parts::StartGrpc() {
  if (!options.grpc_address.empty()) {
    auto listening = process::ConnectionAcceptor::Listen(options.grpc_address);
    if (!listening.ok()) {
      return absl::UnavailableError(absl::StrCat("cannot listen for gRPC on ", options.grpc_address,
                                                 ": ", listening.status().message()));
    }
    acceptor = *std::move(listening);
  }
  const rpc::Backend backend = {*shards,       hub,       *waiting,  clock,
                                metrics.rpc(), admission, open_calls};
  services.push_back(rpc::MakeRuleService(backend));
  services.push_back(rpc::MakeRelationshipService(backend));
  services.push_back(rpc::MakeDependencyService(backend));
  services.push_back(rpc::MakeWriteEventService(backend, write_streams));
  services.push_back(rpc::MakeInvalidationService(backend));
  services.push_back(rpc::MakeCacheEntryService(backend));
  services.push_back(rpc::MakeStatsService(backend));
  services.push_back(rpc::MakeNamespaceService(backend));
  auto subscription_service = std::make_unique<rpc::SubscriptionService>(
      options.max_subscriptions,
      delivery::StreamSurroundings{hub, *outbox, *waiting, leases, clock, metrics.delivery()},
      admission);
  subscriptions = subscription_service.get();
  services.push_back(std::move(subscription_service));

  rpc::Health::Enable();
  grpc::ServerBuilder builder;
  Configure(builder, options);
  if (acceptor != nullptr) {
    connections = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        grpc::InsecureServerCredentials());
  }
  for (const std::unique_ptr<grpc::Service>& service : services)
    builder.RegisterService(service.get());
  grpc = builder.BuildAndStart();
  if (grpc == nullptr) return absl::UnavailableError("gRPC does not start");
  health = std::make_unique<rpc::Health>(*grpc);
  return absl::OkStatus();
}

// Comes when all else stands: whoever connects is served.
void Server::Parts::AcceptConnections() {
  if (acceptor == nullptr) return;
  acceptor->Run([this](int listener, int connection) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters accepted;
    accepted.listener_fd = listener;
    accepted.fd = connection;
    connections->HandleNewConnection(&accepted);
  });
  if (options.self_check) CheckItself();
}

void Server::Parts::CheckItself() {
  self_check = std::make_unique<process::SelfCheck>(
      acceptor->listener(), real_clock, [this](const process::Reachability& state) {
        if (reachable.exchange(state.reachable()) != state.reachable()) SetServing(serving);
        if (state.hopeless() && options.on_fatal) {
          options.on_fatal(absl::UnavailableError(absl::StrCat(
              "no new connection was answered for ", absl::FormatDuration(kMaxUnreachable))));
        }
      });
}

void Server::Parts::WatchMemory() {
  if (!options.resident_bytes) return;
  memory = std::make_unique<process::MemoryThread>(
      options.max_memory_bytes, options.resident_bytes, real_clock,
      [this](process::MemoryLevel level, size_t resident) { OnMemory(level, resident); });
}

void Server::Parts::OnMemory(process::MemoryLevel level, size_t resident_bytes) {
  using Level = rpc::Admission::Level;
  admission.SetLevel(level == process::MemoryLevel::kNormal ? Level::kAll
                     : level == process::MemoryLevel::kFull ? Level::kNothingToKeep
                                                            : Level::kNothing);
  if (level == process::MemoryLevel::kOver && options.on_fatal) {
    options.on_fatal(absl::ResourceExhaustedError(absl::StrCat("out of memory: ", resident_bytes,
                                                               " bytes are resident, allowed are ",
                                                               options.max_memory_bytes)));
  }
}

absl::Status Server::Parts::StartHttp() {
  if (options.http_address.empty()) return absl::OkStatus();
  const auto text = [this] {
    return metrics.Text(
        {{"namespaces", "Namespaces that exist.", [this] { return double(shards->namespaces()); }},
         {"subscriber_sessions", "Subscribers with a stream or a running lease.",
          [this] { return double(hub.counts().sessions); }},
         {"waiting_calls", "Calls that wait for subscribers.",
          [this] { return double(waiting->waits()); }},
         {"history_bytes", "Events kept in memory.",
          [this] { return double(hub.counts().window_bytes); }},
         {"event_retention_bytes", "Events retained for subscribers that were away.",
          [this] { return double(hub.counts().retained_bytes); }},
         {"event_retention_seconds",
          "Age of the oldest retained event: subscribers that were away for longer are reset.",
          [this] { return absl::ToDoubleSeconds(hub.counts().retained); }},
         {"refused_connections", "Connections closed at once since the start: too many were open.",
          [this] { return acceptor == nullptr ? 0 : double(acceptor->refused()); }}});
  };
  const auto ready = [this] {
    if (!serving) return http::Page{.status = 503, .body = "not serving\n"};
    return reachable ? http::Page{.body = "ready\n"}
                     : http::Page{.status = 503, .body = "new clients do not get in\n"};
  };
  absl::StatusOr<std::unique_ptr<http::HttpServer>> started = http::HttpServer::Start(
      options.http_address,
      {{"/metrics",
        [text] { return http::Page{.content_type = metrics::kTextFormat, .body = text()}; }},
       {"/healthz", [] { return http::Page{.body = "alive\n"}; }},
       {"/readyz", ready}},
      real_clock, options.max_http_connections);
  if (!started.ok()) return started.status();
  http = *std::move(started);
  return absl::OkStatus();
}

void Server::Parts::SetServing(bool now_serving) {
  serving = now_serving;
  if (health != nullptr) health->SetServing(now_serving && reachable);
}

// gRPC's own shutdown tells calls that are on their way to it that they were cancelled, as if by
// their callers. So the services stay for a moment and refuse with UNAVAILABLE, until nobody comes
// any more. REQUIRES: the shards have stopped.
void Server::Parts::RefuseLateCalls(absl::Duration at_most) {
  const absl::Duration end = real_clock.Monotonic() + std::min(at_most, kLongestRefusing);
  Mutex mutex;
  CondVar nothing;
  MutexLock lock(mutex);
  uint64_t before = 0;
  do {
    before = shards->refused();
    const absl::Duration quiet = std::min(real_clock.Monotonic() + kQuietEnough, end);
    while (real_clock.Monotonic() < quiet) real_clock.WaitUntil(mutex, nothing, quiet);
  } while (shards->refused() != before && real_clock.Monotonic() < end);
}

// Waits until nothing is left of what `open` counts. The machine's clock counts here, whatever ours
// says.
void Server::Parts::AwaitNone(const std::function<size_t()>& open, absl::Duration until) {
  Mutex mutex;
  CondVar nothing;
  MutexLock lock(mutex);
  while (open() > 0 && real_clock.Monotonic() < until)
    real_clock.WaitUntil(mutex, nothing, std::min(real_clock.Monotonic() + kLookForEnds, until));
}

// gRPC's own shutdown waits for idle connections, and tells calls that come meanwhile that they
// were cancelled. So the connections end first: who still comes finds nobody.
void Server::Parts::EndConnections() {
  if (acceptor == nullptr) return;
  acceptor->Stop();
  AwaitNone([this] { return acceptor->EndConnections(); }, real_clock.Monotonic() + kLastWords);
}

// Every step leaves the next one nothing new to do: no requests, so no events, so nothing to send.
void Server::Parts::Shutdown(absl::Duration grace) {
  if (shut_down) return;
  shut_down = true;
  self_check.reset();
  SetServing(false);
  const absl::Duration by = real_clock.Monotonic() + grace;
  write_streams.Drain();
  if (shards != nullptr) shards->Stop();
  committer.Stop();
  // If that fails, the next start takes it for a crash.
  if (run_begun) (void)persistence.RunEndsCleanly();
  outbox->Drain(grace);
  if (grpc != nullptr && shards != nullptr) {
    RefuseLateCalls(by - real_clock.Monotonic());
    // The last answers may not be written yet.
    AwaitNone([this] { return open_calls.count() + subscriptions->streams(); }, by);
  }
  EndConnections();
  if (grpc != nullptr) grpc->Shutdown(absl::ToChronoTime(real_clock.Now()));
}

void Server::Parts::GiveUp() {
  SetServing(false);
  write_streams.Drain();
  shards->Stop();
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options) {
  absl::StatusOr<Persistence> persistence = Persistence::Open(options.persistence);
  if (!persistence.ok()) return persistence.status();
  auto parts = std::make_unique<Parts>(std::move(options), *std::move(persistence));
  absl::Status status = parts->StartShards();
  if (status.ok()) status = parts->BeginRun();
  if (status.ok()) status = parts->StartGrpc();
  if (status.ok()) status = parts->StartHttp();
  if (!status.ok()) return status;
  parts->WatchMemory();
  parts->SetServing(true);
  parts->AcceptConnections();
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() = default;

int Server::grpc_port() const { return parts_->acceptor == nullptr ? 0 : parts_->acceptor->port(); }

int Server::http_port() const { return parts_->http == nullptr ? 0 : parts_->http->port(); }

const std::string& Server::epoch() const { return parts_->persistence.epoch(); }

EpochDecision Server::epoch_decision() const { return parts_->persistence.decision(); }

std::shared_ptr<grpc::Channel> Server::InProcessChannel() {
  return parts_->grpc->InProcessChannel({});
}

void Server::Shutdown(absl::Duration grace) { parts_->Shutdown(grace); }

void Server::GiveUp() { parts_->GiveUp(); }

}  // namespace cache_invalidation
