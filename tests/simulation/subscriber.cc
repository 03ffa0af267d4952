// SPDX-License-Identifier: Apache-2.0

#include "tests/simulation/subscriber.h"

#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "tests/conformance/validators.h"

namespace cache_invalidation::simulation {
namespace {

struct FilterChoice {
  std::vector<std::string> tags;
  std::vector<std::string> key_prefixes;
};

const FilterChoice& AnyFilter(property::Choices& choices) {
  static const auto& filters = *new std::vector<FilterChoice>{
      {{}, {}},
      {{}, {}},
      {{"row:0"}, {"copy-0", "view-0"}},
      {{"row:0", "row:1", "t"}, {}},
      {{}, {"view-"}},
      {{"row"}, {"copy-", "k"}},
  };
  return choices.OneOf(filters);
}

// The margin of leases allows for 10 %.
double AnyRate(property::Choices& choices) { return choices.OneOf<double>({1.0, 1.0, 0.92, 1.08}); }

}  // namespace

Subscriber::Subscriber(Surroundings& world, const Publications& publications,
                       std::string namespace_name, std::string name)
    : world_(world),
      publications_(publications),
      namespace_name_(std::move(namespace_name)),
      name_(std::move(name)),
      acknowledges_(!world.choices.Percent(15)),
      rate_(AnyRate(world.choices)) {
  const FilterChoice& filter = AnyFilter(world_.choices);
  options_.name = name_;
  options_.tags = filter.tags;
  options_.key_prefixes = filter.key_prefixes;
  options_.acknowledgement =
      acknowledges_ ? client::Acknowledgement::kAutomatic : client::Acknowledgement::kNone;
  options_.lease =
      absl::Seconds(1 + world_.choices.Below(absl::ToInt64Seconds(world_.swarm.longest_lease)));
  StartProcess();
}

Subscriber::~Subscriber() { Disconnect(); }

void Subscriber::StartProcess() {
  Disconnect();
  load_.reset();
  cache_ = std::make_unique<Cache>(options_.tags, options_.key_prefixes, world_.mutation);
  core_ = std::make_unique<client::internal::SubscriptionCore>(
      namespace_name_, options_, absl::StrCat(name_, "-", ++instance_));
}

void Subscriber::Step() {
  const bool connected = connection_ != nullptr;
  const bool readable =
      connected && (!connection_->to_client.empty() || connection_->ended.has_value());
  const std::vector<uint64_t> weights = {
      connected ? 0u : 8u, readable ? 12u : 0u,
      connected ? 3u : 0u, load_ ? 0u : 4u,
      load_ ? 4u : 0u,     connected ? world_.swarm.disconnect : 0,
      world_.swarm.forget, 4};
  switch (world_.choices.Weighted(weights)) {
    case 0:
      return Connect();
    case 1:
      return Read();
    case 2:
      return Say();
    case 3:
      return BeginLoad();
    case 4:
      return EndLoad();
    case 5:
      world_.report.Log(name_, " disconnects");
      return Disconnect();
    case 6:
      world_.report.Log(name_, " starts anew");
      return StartProcess();
    default:
      return CheckCache();
  }
}

bool Subscriber::Settle() {
  if (connection_ == nullptr) {
    Connect();
    return connection_ != nullptr;
  }
  if (!connection_->to_client.empty() || connection_->ended) {
    Read();
    return true;
  }
  if (load_) {
    EndLoad();
    return !load_;
  }
  const size_t before = connection_->to_server.size();
  Say();
  return connection_ == nullptr || connection_->to_server.size() > before;
}

bool Subscriber::settled() const {
  return connection_ != nullptr && connection_->to_client.empty() && !connection_->ended &&
         !load_ && world_.server != nullptr && cache_->Serves(LocalNow()) &&
         cache_->epoch() == world_.server->epoch() &&
         cache_->applied() == world_.server->head(namespace_name_);
}

void Subscriber::Connect() {
  if (world_.server == nullptr || world_.server->dead()) return;
  connection_ = std::make_shared<Connection>();
  server_epoch_ = world_.server->epoch();
  world_.server->Connect(connection_);
  const v1::SubscribeRequest request = core_->Begin(LocalNow());
  world_.report.Log(name_, " connects: ", request.ShortDebugString());
  history_.streams.push_back({request.subscription(), {}});
  epochs_.emplace_back();
  Send(request);
}

void Subscriber::Send(const v1::SubscribeRequest& request) {
  history_.streams.back().steps.emplace_back(
      conformance::Sent{request.sequence(), request.acknowledged_revision(),
                        publications_.head(namespace_name_, server_epoch_)});
  connection_->to_server.push_back(request);
}

void Subscriber::Read() {
  if (connection_->to_client.empty()) {
    world_.report.Log(name_, "'s stream ended: ", connection_->ended->ToString());
    return Disconnect();
  }
  const v1::SubscribeResponse response = std::move(connection_->to_client.front());
  connection_->to_client.pop_front();
  world_.report.Log(name_, " reads: ", response.ShortDebugString());
  history_.streams.back().steps.emplace_back(response);
  if (response.has_started()) epochs_.back() = response.started().head().epoch();
  std::vector<client::internal::Delivery> deliveries;
  const absl::Status status = core_->Receive(response, LocalNow(), deliveries);
  for (const client::internal::Delivery& delivery : deliveries) Apply(delivery);
  if (!status.ok()) {
    world_.report.Fail(absl::StrCat(name_, ": a stream broke its promises: ", status.ToString()));
    return Disconnect();
  }
  Say();
}

void Subscriber::Apply(const client::internal::Delivery& delivery) {
  if (const auto* started = std::get_if<client::SubscriptionStarted>(&delivery)) {
    cache_->Apply(*started, LocalNow());
  } else if (const auto* reset = std::get_if<client::SubscriptionReset>(&delivery)) {
    cache_->Apply(*reset);
  } else if (const auto* event = std::get_if<client::Event>(&delivery)) {
    cache_->Apply(*event);
  } else {
    cache_->Apply(std::get<client::SubscriptionProgress>(delivery), LocalNow());
  }
}

void Subscriber::Say() {
  if (core_->IsSilent(LocalNow())) {
    world_.report.Log(name_, " gives up a silent stream");
    return Disconnect();
  }
  const std::optional<v1::SubscribeRequest> request = core_->NextMessage(LocalNow());
  if (!request) return;
  world_.report.Log(name_, " says: ", request->ShortDebugString());
  Send(*request);
}

void Subscriber::Disconnect() {
  if (connection_ == nullptr) return;
  connection_->left = true;
  connection_ = nullptr;
}

void Subscriber::BeginLoad() {
  const std::optional<Cache::Token> token = cache_->BeginFill();
  const Cache::Name name{
      world_.choices.OneOf<Cache::Kind>({Cache::Kind::kCopy, Cache::Kind::kView}),
      world_.choices.Below(kRows)};
  if (!token || !cache_->MayKeep(name)) return;
  Load load{name, *token, world_.database.Read({namespace_name_, name.row}), nullptr};
  if (name.kind == Cache::Kind::kView) {
    load.declaration = Declaration(load);
    if (!world_.Send(load.declaration)) return;
  }
  world_.report.Log(name_, " loads ", name.key(), " version ", load.version, " at ",
                    token->applied);
  load_ = std::move(load);
}

std::shared_ptr<Call> Subscriber::Declaration(const Load& load) const {
  auto call = std::make_shared<Call>();
  call->namespace_name = namespace_name_;
  call->buffer = std::make_shared<property::Buffer>();
  engine::AddCacheDependency command;
  command.key = call->buffer->Keep(load.name.key());
  command.depends_on.tags = {call->buffer->Keep(RowName{namespace_name_, load.name.row}.tag())};
  command.position = engine::PositionView{call->buffer->Keep(load.token.epoch), load.token.applied};
  call->requests.emplace_back(engine::Command(std::move(command)));
  return call;
}

void Subscriber::EndLoad() {
  const Load& load = *load_;
  if (load.declaration != nullptr) {
    const Call& call = *load.declaration;
    if (!call.answered) {
      if (!world_.choices.Percent(world_.swarm.giving_up_percent)) return;
      load.declaration->given_up = true;
      load_.reset();
      return;
    }
    // A declaration to another history is unknown to this one.
    if (!call.ok() || call.epoch != load.token.epoch ||
        std::get<engine::AddCacheDependencyResult>(*call.answers.front()).invalidated) {
      load_.reset();
      return;
    }
  }
  world_.report.Log(name_, " fills ", load.name.key(), " with version ", load.version);
  cache_->EndFill(load.name, load.version, load.token);
  load_.reset();
}

void Subscriber::CheckCache() {
  for (const Cache::Kind kind : Cache::kKinds) {
    for (size_t row = 0; row < kRows; ++row) {
      const Cache::Name name{kind, row};
      const std::optional<uint64_t> version = cache_->Serve(name, LocalNow());
      if (!version) continue;
      const RowName row_name{namespace_name_, row};
      const uint64_t waited = acknowledges_ ? world_.database.Waited(row_name) : 0;
      // It lags behind by no more than its lease, by its own clock.
      const absl::Duration heard = world_.now() - options_.lease / rate_;
      const uint64_t heard_of = world_.database.InvalidatedBy(row_name, heard);
      if (*version >= waited && *version >= heard_of) continue;
      world_.report.Fail(absl::StrCat(name_, " serves version ", *version, " of ", name.key(),
                                      *version < waited
                                          ? absl::StrCat("; a call waited until ", waited)
                                          : absl::StrCat("; older than its lease: ", heard_of)));
    }
  }
}

void Subscriber::CheckCurrent() {
  for (const Cache::Kind kind : Cache::kKinds) {
    for (size_t row = 0; row < kRows; ++row) {
      const Cache::Name name{kind, row};
      const std::optional<uint64_t> version = cache_->Serve(name, LocalNow());
      const uint64_t newest = world_.database.Read({namespace_name_, row});
      if (!version || *version == newest) continue;
      world_.report.Fail(absl::StrCat(name_, " still serves version ", *version, " of ", name.key(),
                                      ", the newest is ", newest));
    }
  }
}

void Subscriber::CheckHistory(Publications& publications) const {
  std::map<std::string, conformance::SubscriberHistory> by_epoch;
  for (size_t i = 0; i < epochs_.size(); ++i) {
    if (!epochs_[i].empty()) by_epoch[epochs_[i]].streams.push_back(history_.streams[i]);
  }
  for (const auto& [epoch, history] : by_epoch) {
    for (const std::string& violation :
         conformance::CheckAll(history, publications.Of(namespace_name_, epoch))) {
      world_.report.Fail(absl::StrCat(name_, ", epoch ", epoch, ": ", violation));
    }
  }
}

}  // namespace cache_invalidation::simulation
