// SPDX-License-Identifier: Apache-2.0

// What was received is applied: callers disconnect while their requests wait for a blocked shard.

#include <memory>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/mutex.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/cache_entry_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/invalidation_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "tests/services/service_test.h"
#include "tests/support/http_get.h"

namespace cache_invalidation {
namespace {

using Entries = v1::CacheEntryService::Stub;
using Health = grpc::health::v1::Health::Stub;
using Invalidations = v1::InvalidationService::Stub;
using Rules = v1::RuleService::Stub;
using Stats = v1::StatsService::Stub;
using Writes = v1::WriteEventService::Stub;

// Who comes is held here.
class Gate {
 public:
  void Pass() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    reached_ = true;
    changed_.NotifyAll();
    while (!open_) changed_.Wait(mutex_);
  }
  void AwaitSomebody() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    while (!reached_) changed_.Wait(mutex_);
  }
  void Open() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    open_ = true;
    changed_.NotifyAll();
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool reached_ ABSL_GUARDED_BY(mutex_) = false;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
};

class GoneCallerTest : public ServiceTest {
 protected:
  GoneCallerTest() : GoneCallerTest(std::make_shared<Gate>()) {}
  explicit GoneCallerTest(const std::shared_ptr<Gate>& gate)
      : ServiceTest(Held(gate)), gate_(gate) {}

  // One entry fits; the report of the second holds the shard, which is what tells of it.
  static ServerOptions Held(const std::shared_ptr<Gate>& gate) {
    ServerOptions options = OnLoopback();
    options.http_address = "127.0.0.1:0";
    options.limits.entries = 1;
    options.on_dropped = [gate](absl::string_view, uint64_t) { gate->Pass(); };
    return options;
  }

  // Holds the shard while `leave` runs, and answers the head when everything behind was applied.
  // The drop itself is revision 1.
  template <typename Leave>
  uint64_t HeadAfter(Leave leave) {
    Ok(*entries_, &Entries::TrackEntries, "entries { key: 'a' }");
    std::thread holds([&] { Ok(*entries_, &Entries::TrackEntries, "entries { key: 'b' }"); });
    gate_->AwaitSomebody();
    leave();
    // Behind the cancellation on the same connection: the server has seen it.
    Ok(*health_, &Health::Check, "");
    gate_->Open();
    holds.join();
    return Ok(*stats_, &Stats::GetInvalidationStats, "").stats().position().revision();
  }

  // Returns when the server has received so many messages of a method.
  void AwaitReceived(const std::string& service, const std::string& method, int messages) {
    const std::string before =
        absl::StrCat("grpc_server_msg_received_total{grpc_method=\"", method,
                     "\",grpc_service=\"cache_invalidation.v1.", service, "\"");
    const std::string after = absl::StrCat("} ", messages, "\n");
    while (true) {
      const std::string metrics = testing::HttpGet(server().http_port(), "/metrics").body;
      const size_t found = metrics.find(before);
      if (found != std::string::npos &&
          absl::EndsWith(metrics.substr(found, metrics.find('\n', found) + 1 - found), after)) {
        return;
      }
    }
  }

  // Makes a call and leaves it when the server has it, as the nth of its method.
  template <typename Stub, typename Request, typename Response>
  void Leave(Stub& stub,
             grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
             const std::string& request, const std::string& service, const std::string& name,
             int nth = 1) {
    grpc::ClientContext context;
    grpc::Status status;
    std::thread caller([&] {
      Response response;
      status = (stub.*method)(&context, FromText<Request>(request), &response);
    });
    AwaitReceived(service, name, nth);
    context.TryCancel();
    caller.join();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
  }

  const std::shared_ptr<Gate> gate_;
  std::unique_ptr<Entries> entries_ = NewStub<v1::CacheEntryService>();
  std::unique_ptr<Health> health_ = NewStub<grpc::health::v1::Health>();
  std::unique_ptr<Invalidations> invalidations_ = NewStub<v1::InvalidationService>();
  std::unique_ptr<Rules> rules_ = NewStub<v1::RuleService>();
  std::unique_ptr<Stats> stats_ = NewStub<v1::StatsService>();
  std::unique_ptr<Writes> writes_ = NewStub<v1::WriteEventService>();
};

TEST_F(GoneCallerTest, InvalidationsAreApplied) {
  EXPECT_EQ(HeadAfter([&] {
              Leave(*writes_, &Writes::InvalidateByWrite,
                    "write { resource_type: 't' resource_id: '1' }", "WriteEventService",
                    "InvalidateByWrite");
              Leave(*writes_, &Writes::InvalidateByWrites, "writes { resource_type: 't' }",
                    "WriteEventService", "InvalidateByWrites");
              Leave(*invalidations_, &Invalidations::Invalidate, "everything: true",
                    "InvalidationService", "Invalidate");
              Leave(*invalidations_, &Invalidations::InvalidateWithDependencies, "key: 'k'",
                    "InvalidationService", "InvalidateWithDependencies");
              Leave(*invalidations_, &Invalidations::ScheduleBatchInvalidation, "tags: 'pending'",
                    "InvalidationService", "ScheduleBatchInvalidation");
              Leave(*invalidations_, &Invalidations::FlushPendingInvalidations, "",
                    "InvalidationService", "FlushPendingInvalidations");
            }),
            6u);
}

// gRPC notices some cancellations only after the shard has gone on, so not every call is dropped.
TEST_F(GoneCallerTest, DeclarationsAreDropped) {
  constexpr int kCalls = 10;
  HeadAfter([&] {
    for (int i = 1; i <= kCalls; ++i) {
      Leave(*rules_, &Rules::RegisterRule,
            absl::StrCat("rule { name: 'r", i, "' trigger_tags: 't' invalidate_tags: 'u' }"),
            "RuleService", "RegisterRule", i);
    }
  });
  int dropped = 0;
  for (int i = 1; i <= kCalls; ++i) {
    dropped += Error(*rules_, &Rules::GetRule, absl::StrCat("name: 'r", i, "'")).error_code() ==
               grpc::StatusCode::NOT_FOUND;
  }
  EXPECT_GT(dropped, 0);
}

// A writer that is killed has up to four messages in the server.
TEST_F(GoneCallerTest, EveryMessageOfACutStreamIsApplied) {
  constexpr int kMessages = 4;
  EXPECT_EQ(HeadAfter([&] {
              grpc::ClientContext context;
              const auto stream = writes_->StreamWrites(&context);
              for (int i = 1; i <= kMessages; ++i) {
                stream->Write(FromText<v1::StreamWritesRequest>(
                    absl::StrCat("groups { sequence: ", i, " writes { resource_type: 't' } }")));
              }
              AwaitReceived("WriteEventService", "StreamWrites", kMessages);
              context.TryCancel();
              EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
            }),
            1u + kMessages);
}

}  // namespace
}  // namespace cache_invalidation
