// SPDX-License-Identifier: Apache-2.0

// The example of telemetry: what becomes a span.

#include "examples/telemetry/attempt_spans.h"

#include <string>
#include <utility>
#include <vector>

#include "client/client.h"
#include "client/testing/fake_server.h"
#include "common/clock.h"
#include "common/mutex.h"
#include "gtest/gtest.h"

namespace cache_invalidation::client {
namespace {

TEST(AttemptSpansTest, EachAttemptOfACallIsASpanOfItsCallersTrace) {
  FakeServer server;
  Mutex mutex;
  std::vector<Span> spans;
  const auto export_span = [&](Span span) {
    MutexLock lock(mutex);
    spans.push_back(std::move(span));
  };
  const RealClock clock;
  const Client client(
      server.Connect({.on_attempt = AttemptSpans(export_span, [&] { return clock.Now(); })}));
  const CallOptions options = {.metadata = {{"traceparent", "00-0af7-b7ad-01"}}};
  EXPECT_TRUE(client.InvalidateByWrite("user", "42", "update", {}, options).ok());
  server.Refuse(absl::PermissionDeniedError("no"));
  EXPECT_FALSE(client.InvalidateByWrite("user", "42", "update", {}, options).ok());

  MutexLock lock(mutex);
  ASSERT_GE(spans.size(), 2u);
  const Span& first = spans.front();
  EXPECT_EQ(first.name, "cache_invalidation.v1.WriteEventService/InvalidateByWrite");
  EXPECT_EQ(first.trace_id, "0af7");
  EXPECT_EQ(first.parent_id, "b7ad");
  EXPECT_LT(first.start, first.end);
  EXPECT_FALSE(first.is_error);
  EXPECT_EQ(first.attributes.at("rpc.service"), "cache_invalidation.v1.WriteEventService");
  EXPECT_EQ(first.attributes.at("rpc.method"), "InvalidateByWrite");
  EXPECT_EQ(first.attributes.at("rpc.grpc.status_code"), "0");
  const Span& last = spans.back();
  EXPECT_TRUE(last.is_error);
  EXPECT_EQ(last.attributes.at("rpc.grpc.status_code"), "7");
  EXPECT_EQ(last.attributes.at("error.message"), "no");
}

TEST(AttemptSpansTest, AStreamIsASpanWhenItHasEnded) {
  std::vector<Span> spans;
  const AttemptSpans hook([&](Span span) { spans.push_back(std::move(span)); },
                          [] { return absl::UnixEpoch(); });
  CallAttempt attempt{.kind = CallAttempt::Kind::kStreamOpened, .method = "s/m"};
  hook(attempt);
  EXPECT_TRUE(spans.empty());
  attempt.kind = CallAttempt::Kind::kStreamEnded;
  attempt.latency = absl::Seconds(9);
  attempt.status = absl::UnavailableError("away");
  attempt.number = 3;
  hook(attempt);
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].end - spans[0].start, absl::Seconds(9));
  EXPECT_EQ(spans[0].trace_id, "");
  EXPECT_EQ(spans[0].attributes.at("attempt"), "3");
}

}  // namespace
}  // namespace cache_invalidation::client
