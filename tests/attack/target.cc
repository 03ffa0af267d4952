// SPDX-License-Identifier: Apache-2.0

#include "tests/attack/target.h"

#include <signal.h>

#include <fstream>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/check.h"
#include "grpcpp/create_channel.h"
#include "tests/support/http_get.h"

namespace cache_invalidation::attack {
namespace {

constexpr size_t kEntriesPerCall = 1000;

std::vector<std::string> Limited(int descriptors) {
  if (descriptors == 0) return {};
  return {"/bin/sh", "-c", absl::StrCat("ulimit -n ", descriptors, "; exec \"$@\""), "sh"};
}

}  // namespace

Target::Target(int descriptors)
    : server_({"--data_dir=" + directory_.path(), "--shutdown_grace=2s"}, {},
              Limited(descriptors)) {
  Check(server_.serves(), server_.start_line().c_str());
  const std::shared_ptr<grpc::Channel> channel = NewChannel();
  writes_ = v1::WriteEventService::NewStub(channel);
  invalidations_ = v1::InvalidationService::NewStub(channel);
  entries_ = v1::CacheEntryService::NewStub(channel);
  dependencies_ = v1::DependencyService::NewStub(channel);
  declarations_ = v1::DeclarationService::NewStub(channel);
  rules_ = v1::RuleService::NewStub(channel);
  relationships_ = v1::RelationshipService::NewStub(channel);
}

Target::~Target() {
  if (!ended_) server_.program().Signal(SIGKILL);
}

std::string Target::address() const { return absl::StrCat("localhost:", grpc_port()); }

std::shared_ptr<grpc::Channel> Target::NewChannel() const {
  grpc::ChannelArguments arguments;
  // Connections with equal arguments would be shared.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetMaxReceiveMessageSize(-1);
  return grpc::CreateCustomChannel(address(), grpc::InsecureChannelCredentials(), arguments);
}

void Target::Register(const v1::Rule& rule) {
  v1::RegisterRuleRequest request;
  request.set_namespace_(kNamespace);
  *request.mutable_rule() = rule;
  v1::RegisterRuleResponse response;
  const grpc::Status status =
      Call(rules(), &v1::RuleService::Stub::RegisterRule, request, &response);
  Check(status.ok(), status.error_message().c_str());
}

void Target::Track(const std::vector<v1::TrackedEntry>& entries) {
  for (size_t first = 0; first < entries.size(); first += kEntriesPerCall) {
    v1::TrackEntriesRequest request;
    request.set_namespace_(kNamespace);
    for (size_t i = first; i < std::min(entries.size(), first + kEntriesPerCall); ++i) {
      *request.add_entries() = entries[i];
    }
    v1::TrackEntriesResponse response;
    const grpc::Status status =
        Call(this->entries(), &v1::CacheEntryService::Stub::TrackEntries, request, &response);
    Check(status.ok(), status.error_message().c_str());
  }
}

bool Target::alive() { return !ended_ && ResidentBytes() > 0; }

absl::Duration Target::Stop() {
  ended_ = true;
  return TimeOf([this] {
    server_.program().Signal(SIGTERM);
    server_.program().Wait();
  });
}

void Target::ForgetPeak() const {
  std::ofstream(absl::StrCat("/proc/", pid(), "/clear_refs")) << "5";
}

Target::Holds Target::holds() const {
  constexpr absl::string_view kBucket = "cache_invalidation_shard_hold_seconds_bucket{le=\"";
  const std::string text = testing::HttpGet(http_port(), "/metrics").body;
  Holds holds;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::ConsumePrefix(&line, kBucket)) continue;
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(line, "\"} ");
    double bound = 0;
    double count = 0;
    Check(parts.first == "+Inf" || absl::SimpleAtod(parts.first, &bound), "a bound is a number");
    Check(absl::SimpleAtod(parts.second, &count), "a count is a number");
    holds.emplace_back(parts.first == "+Inf" ? absl::InfiniteDuration() : absl::Seconds(bound),
                       count);
  }
  return holds;
}

absl::Duration Target::LongestSince(const Holds& before, const Holds& after) {
  absl::Duration longest = absl::ZeroDuration();
  double below = 0;
  for (size_t i = 0; i < after.size(); ++i) {
    const double since = after[i].second - (i < before.size() ? before[i].second : 0);
    // Buckets are cumulative: one that has more than the last has some of its own.
    if (since > below) longest = after[i].first;
    below = since;
  }
  return longest;
}

}  // namespace cache_invalidation::attack
