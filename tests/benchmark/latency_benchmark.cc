// SPDX-License-Identifier: Apache-2.0

// How long after a write its event is at the subscribers, at a rate that leaves the machine idle
// most of the time.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/check.h"
#include "common/clock.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "tests/benchmark/audience.h"
#include "tests/benchmark/bare_service.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/load.h"
#include "tests/benchmark/measured_server.h"
#include "tests/benchmark/redis_peer.h"
#include "tests/benchmark/works.h"
#include "tests/support/pause.h"

namespace cache_invalidation {
namespace {

constexpr int kTurns = 5;
constexpr int64_t kWrites = 2'000;
constexpr absl::Duration kPeriod = absl::Milliseconds(1);
constexpr int kSubscribers = 10;

// What is measured: where writes go, and who follows them.
struct Subject {
  std::string name;
  std::function<void()> write;
  std::unique_ptr<Audience> audience;
  std::vector<double> microseconds = {};  // from a write to its event, at each subscriber
};

// Calls of InvalidateByWrite, one after the other, over one connection.
class Writer {
 public:
  explicit Writer(const std::string& address)
      : stub_(v1::WriteEventService::NewStub(Connect(address))) {}

  void Write() {
    v1::InvalidateByWriteRequest request;
    Fill(*request.mutable_write(), next_++);
    grpc::ClientContext context;
    v1::InvalidateByWriteResponse response;
    Check(stub_->InvalidateByWrite(&context, request, &response).ok(), "calls succeed");
  }

 private:
  const std::unique_ptr<v1::WriteEventService::Stub> stub_;
  int64_t next_ = 0;
};

Subject GrpcSubject(const std::string& name, const std::string& address) {
  return {name, [writer = std::make_shared<Writer>(address)] { writer->Write(); },
          std::make_unique<Subscribers>(address, kSubscribers)};
}

// Each write has one event, and events come in the order of the writes.
void TakeTurn(Subject& subject) {
  const RealClock clock;
  std::vector<std::vector<absl::Duration>> arrivals(kSubscribers);
  std::vector<std::thread> readers;
  for (int i = 0; i < kSubscribers; ++i) {
    readers.emplace_back([&, i] {
      while (arrivals[i].size() < kWrites) {
        const int64_t events = subject.audience->Read(i);
        arrivals[i].insert(arrivals[i].end(), events, clock.Monotonic());
      }
    });
  }
  std::vector<absl::Duration> begun;
  absl::Duration next = clock.Monotonic();
  for (int64_t write = 0; write < kWrites; ++write, next += kPeriod) {
    Pause(next - clock.Monotonic());
    begun.push_back(clock.Monotonic());
    subject.write();
  }
  for (std::thread& reader : readers) reader.join();
  for (const std::vector<absl::Duration>& of_one : arrivals) {
    for (int64_t write = 0; write < kWrites; ++write) {
      subject.microseconds.push_back(absl::ToDoubleMicroseconds(of_one[write] - begun[write]));
    }
  }
}

// As small as an event can be.
v1::SubscribeResponse OneEvent() {
  v1::SubscribeResponse message;
  v1::Event& event = *message.add_events();
  event.set_revision(1'000);
  event.set_last_part(true);
  event.add_invalidations()->set_tag("item:1");
  event.add_invalidations()->set_tag("item:#all");
  return message;
}

}  // namespace

void MeasureLatency() {
  const BareService inline_answers(BareService::Responds::kInline, OneEvent(), 1);
  const BareService hops(BareService::Responds::kFromAnotherThread, OneEvent(), 1);
  const MeasuredServer async("async");
  const MeasuredServer sync("sync");
  const std::unique_ptr<RedisPeer> redis = RedisPeer::StartIfInstalled();
  std::vector<Subject> subjects;
  subjects.push_back(GrpcSubject("bare calls and streams", inline_answers.address()));
  subjects.push_back(GrpcSubject("the same by another thread", hops.address()));
  subjects.push_back(GrpcSubject("the service, --durability=async", async.address()));
  subjects.push_back(GrpcSubject("the service, --durability=sync", sync.address()));
  if (redis != nullptr) {
    subjects.push_back({"Redis pub/sub", [&] { redis->Publish(1, 1); },
                        std::make_unique<RedisSubscribers>(*redis, kSubscribers)});
  }
  for (int turn = 0; turn < kTurns; ++turn) {
    for (Subject& subject : subjects) TakeTurn(subject);
  }
  PrintHeading(absl::StrCat("latency: from a write to its event at ", kSubscribers,
                            " subscribers, 1,000 writes/s"),
               "us; limit: bare calls and streams");
  for (const double part : {0.5, 0.99}) {
    const double limit = Quantile(subjects[0].microseconds, part);
    for (const Subject& subject : subjects) {
      PrintRow(absl::StrCat("p", part * 100, ", ", subject.name),
               Quantile(subject.microseconds, part), limit);
    }
  }
}

}  // namespace cache_invalidation
