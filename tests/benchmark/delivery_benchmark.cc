// SPDX-License-Identifier: Apache-2.0

// What it costs the server to tell subscribers of writes.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "protos/cache_invalidation/v1/subscription_service.pb.h"
#include "tests/benchmark/bare_service.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/load.h"
#include "tests/benchmark/measured_server.h"
#include "tests/benchmark/redis_peer.h"
#include "tests/benchmark/works.h"

namespace cache_invalidation {
namespace {

constexpr int kRuns = 3;

// With how many messages of writes delivery is measured: enough for the clock's resolution.
struct Case {
  int subscribers = 0;
  int filters = 0;
  int64_t messages = 0;

  int64_t events() const { return messages * kGroupsPerMessage; }
};
constexpr Case kCases[] = {{1, 0, 800}, {10, 0, 400}, {100, 0, 80}, {500, 0, 20}, {100, 8, 80}};

// What a subscriber was sent in a run: messages with so many events like this one.
struct Sent {
  int64_t messages = 0;
  v1::Event event;
};

// Microseconds of a process' CPU time for each of these events and each subscriber.
double PerEvent(pid_t pid, Audience& audience, int64_t events, const std::function<void()>& load) {
  return CpuMicroseconds(pid,
                         [&] {
                           std::thread writer(load);
                           AwaitEvents(audience, events);
                           writer.join();
                         }) /
         static_cast<double>(events * audience.size());
}

double OfService(const MeasuredServer& server, const Case& measured, Sent& sent) {
  Subscribers subscribers(server.address(), measured.subscribers, measured.filters);
  const double figure = PerEvent(server.pid(), subscribers, measured.events(),
                                 [&] { StreamWrites(server.address(), measured.messages); });
  sent = {subscribers.messages(0), subscribers.last_event(0)};
  return figure;
}

// The same bytes in as many messages.
class Limit {
 public:
  Limit(const Case& measured, const Sent& sent)
      : subscribers_(measured.subscribers),
        events_per_message_(std::max<int64_t>(measured.events() / sent.messages, 1)),
        messages_(measured.events() / events_per_message_),
        bare_(BareService::Responds::kInline, Message(sent.event), messages_) {}

  double Measure() {
    Subscribers subscribers(bare_.address(), subscribers_);
    return PerEvent(bare_.pid(), subscribers, messages_ * events_per_message_,
                    [&] { CallInvalidateByWrite(bare_.address(), 1); });
  }

 private:
  v1::SubscribeResponse Message(const v1::Event& event) const {
    v1::SubscribeResponse message;
    for (int64_t i = 0; i < events_per_message_; ++i) *message.add_events() = event;
    return message;
  }

  const int subscribers_;
  const int64_t events_per_message_;
  const int64_t messages_;
  BareService bare_;
};

double OfRedis(RedisPeer& redis, const Case& measured) {
  RedisSubscribers subscribers(redis, measured.subscribers);
  return PerEvent(redis.pid(), subscribers, measured.events(),
                  [&] { redis.Publish(measured.messages, kGroupsPerMessage); });
}

void MeasureCase(const MeasuredServer& server, RedisPeer* redis, const Case& measured) {
  Sent sent;
  OfService(server, measured, sent);
  Limit limit(measured, sent);
  std::vector<std::function<double()>> measures = {
      [&] { return limit.Measure(); }, [&] { return OfService(server, measured, sent); }};
  if (redis != nullptr) measures.push_back([&] { return OfRedis(*redis, measured); });
  const std::vector<double> medians = MediansByTurns(kRuns, measures);
  const std::string audience = absl::StrCat(measured.subscribers, " subscribers");
  PrintRow(measured.filters == 0
               ? audience
               : absl::StrCat(audience, " with ", measured.filters, " different filters"),
           medians[1], medians[0]);
  if (redis != nullptr) {
    PrintRow(absl::StrCat("Redis pub/sub, ", audience), medians[2], medians[0]);
  }
}

}  // namespace

void MeasureDelivery() {
  const MeasuredServer server;
  RegisterRule(server.address());
  const std::unique_ptr<RedisPeer> redis = RedisPeer::StartIfInstalled();
  PrintHeading("delivery: events of StreamWrites, the write included",
               "server CPU, us per event and subscriber; limit: the same bytes over bare streams");
  for (const Case& measured : kCases) {
    MeasureCase(server, measured.filters == 0 ? redis.get() : nullptr, measured);
  }
}

}  // namespace cache_invalidation
