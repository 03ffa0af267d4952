// SPDX-License-Identifier: Apache-2.0

#include "tests/guide/guide_test.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/grpc_channel.h"
#include "common/check.h"
#include "server/default_rules.h"
#include "server/rpc/conversion/rule_conversion.h"
#include "tests/support/local_server.h"

namespace cache_invalidation {
namespace {

std::unique_ptr<Server> StartServer(FakeClock& clock) {
  ServerOptions options = WithoutNetwork();
  options.clock = &clock;
  absl::StatusOr<std::vector<engine::Rule>> rules = rpc::ParseRuleFile(DefaultRulesJson());
  Check(rules.ok(), "the default rules can be read");
  options.default_rules = *std::move(rules);
  return StartServer(std::move(options));
}

std::string LineOf(const client::Invalidation& invalidation) {
  const bool stale = invalidation.kind == client::InvalidationKind::kMarkStale;
  std::string line = stale ? "mark stale" : "evict";
  switch (invalidation.target) {
    case client::TargetKind::kTag:
      return absl::StrCat(line, " tag ", invalidation.name);
    case client::TargetKind::kKey:
      return absl::StrCat(line, " key ", invalidation.name);
    case client::TargetKind::kPattern:
      return absl::StrCat(line, " pattern ", invalidation.name);
    case client::TargetKind::kEverything:
      return absl::StrCat(line, " everything");
  }
  return line;
}

std::string NameOf(client::CauseStep step) {
  switch (step) {
    case client::CauseStep::kDirect:
      return "direct";
    case client::CauseStep::kRelationship:
      return "relationship";
    case client::CauseStep::kRule:
      return "rule";
    case client::CauseStep::kCascade:
      return "cascade";
    case client::CauseStep::kDependency:
      return "dependency";
    case client::CauseStep::kCall:
      return "call";
    default:
      return "another";
  }
}

}  // namespace

GuideTest::GuideTest()
    : server_(StartServer(clock_)), client_(client::MakeConnection(server_->InProcessChannel())) {
  // After revision 0 of the first epoch: nothing that a test does comes too early for it.
  client::SubscriptionOptions options{.name = "guide"};
  options.start_after = client::Position{.epoch = Stats().position.epoch, .revision = 0};
  subscription_ = client_.Subscribe(options, {.on_event = [this](const client::Event& event) {
                                      MutexLock lock(mutex_);
                                      events_[event.revision] = event;
                                      changed_.NotifyAll();
                                    }});
}

client::Event GuideTest::Await(uint64_t revision) {
  MutexLock lock(mutex_);
  while (!events_.contains(revision)) changed_.Wait(mutex_);
  return events_[revision];
}

Strings GuideTest::EventAt(uint64_t revision) {
  Strings lines;
  for (const client::Invalidation& invalidation : Await(revision).invalidations) {
    lines.push_back(LineOf(invalidation));
  }
  return lines;
}

Strings GuideTest::CausesAt(uint64_t revision) {
  Strings lines;
  const client::Event event = Await(revision);
  for (const client::Invalidation& invalidation : event.invalidations) {
    std::string line = LineOf(invalidation);
    for (uint32_t index : invalidation.causes) {
      const client::Cause& cause = event.causes.at(index);
      absl::StrAppend(&line, index == invalidation.causes.front() ? ": " : ", ", NameOf(cause.step),
                      cause.name.empty() ? "" : " ", cause.name,
                      cause.condition_failed ? " (condition failed)" : "");
    }
    lines.push_back(line);
  }
  return lines;
}

client::InvalidationStats GuideTest::Stats() {
  const absl::StatusOr<client::InvalidationStats> stats = client_.GetInvalidationStats();
  EXPECT_TRUE(stats.ok()) << stats.status();
  return stats.ok() ? *stats : client::InvalidationStats();
}

}  // namespace cache_invalidation
