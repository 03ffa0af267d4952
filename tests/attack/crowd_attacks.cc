// SPDX-License-Identifier: Apache-2.0

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "common/limits.h"
#include "tests/attack/attack.h"
#include "tests/attack/inputs.h"
#include "tests/support/pause.h"

namespace cache_invalidation::attack {
namespace {

Attack ManyNamespaces(const Size& size) {
  const uint64_t count = size.Of(2 * kMaxNamespaces, 500);
  return {.name = "namespaces",
          .input = absl::StrCat(count, " namespaces that are asked to forget a key, and ", count,
                                " that are written to, of which ", kMaxNamespaces, " may exist"),
          .prepare = {},
          .run = [count](Target& target) {
            for (uint64_t i = 0; i < count; ++i) {
              v1::UntrackEntriesRequest untrack;
              untrack.set_namespace_(absl::StrCat("typo", i));
              untrack.add_keys("k");
              v1::UntrackEntriesResponse untracked;
              (void)Call(target.entries(), &v1::CacheEntryService::Stub::UntrackEntries, untrack,
                         &untracked);
              v1::InvalidateByWritesRequest write = Transaction(1);
              write.set_namespace_(absl::StrCat("tenant", i));
              v1::InvalidateByWritesResponse written;
              const grpc::Status status =
                  Call(target.writes(), &v1::WriteEventService::Stub::InvalidateByWrites, write,
                       &written);
              // The healthy client has a namespace as well.
              const bool too_many = i + 1 >= kMaxNamespaces &&
                                    status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED;
              if (!status.ok() && !too_many) target.Complain(status.error_message());
            }
          }};
}

// A message as large as the service takes that is far larger in memory.
v1::StreamWritesRequest SmallWrites(uint64_t writes) {
  v1::StreamWritesRequest message;
  message.set_namespace_(kNamespace);
  for (uint64_t i = 0; i < writes; ++i) {
    if (i % 10'000 == 0) message.add_groups()->set_sequence(i / 10'000 + 1);
    message.mutable_groups(message.groups_size() - 1)->add_writes()->set_resource_type("t");
  }
  return message;
}

Attack SmallWriteMessages(const Size& size) {
  const int streams = static_cast<int>(size.Of(30, 3));
  const uint64_t writes = size.Of(800'000, 40'000);
  return {
      .name = "small-writes",
      .input = absl::StrCat(streams, " connections that send 4 messages of StreamWrites with ",
                            writes, " writes of 5 bytes each, one after the other"),
      .prepare = {},
      .run =
          [streams, writes](Target& target) {
            const v1::StreamWritesRequest message = SmallWrites(writes);
            InParallel(streams, [&](int) {
              const auto stub = v1::WriteEventService::NewStub(target.NewChannel());
              // A message that is refused ends its stream.
              for (int i = 0; i < 4; ++i) {
                grpc::ClientContext context;
                context.set_deadline(absl::ToChronoTime(RealClock().Now() + absl::Minutes(3)));
                const auto stream = stub->StreamWrites(&context);
                (void)stream->Write(message);
                stream->WritesDone();
                v1::StreamWritesResponse response;
                while (stream->Read(&response)) {
                }
                (void)stream->Finish();
              }
            });
          },
  };
}

Attack HotNamespace(const Size& size) {
  const int connections = static_cast<int>(size.Of(100, 20));
  const absl::Duration time = size.full ? absl::Seconds(10) : absl::Seconds(2);
  return {.name = "hot-namespace",
          .input = absl::StrCat(connections,
                                " connections that write to one namespace as fast as "
                                "they can, ",
                                absl::FormatDuration(time)),
          .prepare = {},
          .run = [connections, time](Target& target) {
            const absl::Time end = RealClock().Now() + time;
            InParallel(connections, [&](int number) {
              const auto stub = v1::WriteEventService::NewStub(target.NewChannel());
              v1::InvalidateByWritesRequest request = Transaction(50);
              while (RealClock().Now() < end) {
                v1::InvalidateByWritesResponse response;
                (void)Call(*stub, &v1::WriteEventService::Stub::InvalidateByWrites, request,
                           &response);
              }
              (void)number;
            });
          }};
}

// Calls each of which is as much work as a command may be, from many connections.
Attack HeavyCalls(const Size& size) {
  const int connections = static_cast<int>(size.Of(100, 20));
  const absl::Duration time = size.full ? absl::Seconds(10) : absl::Seconds(2);
  return {
      .name = "heavy-calls",
      .input =
          absl::StrCat(connections, " connections that send writes with the largest products, ",
                       absl::FormatDuration(time)),
      .prepare = [](Target& target) { RegisterProducts(target, 30, 64); },
      .run =
          [connections, time](Target& target) {
            const absl::Time end = RealClock().Now() + time;
            InParallel(connections, [&](int) {
              const auto stub = v1::WriteEventService::NewStub(target.NewChannel());
              const v1::InvalidateByWritesRequest request = Transaction(2, {{"l", 33}, {"m", 30}});
              while (RealClock().Now() < end) {
                v1::InvalidateByWritesResponse response;
                (void)Call(*stub, &v1::WriteEventService::Stub::InvalidateByWrites, request,
                           &response, absl::Seconds(5));
              }
            });
          }};
}

// The same as the groups of messages: each message is as many commands.
Attack HeavyMessages(const Size& size) {
  const int streams = static_cast<int>(size.Of(20, 3));
  const int groups = static_cast<int>(size.Of(256, 20));
  const absl::Duration time = size.full ? absl::Seconds(10) : absl::Seconds(2);
  return {
      .name = "heavy-messages",
      .input = absl::StrCat(streams, " streams of messages with ", groups,
                            " groups, each a write with the largest products, ",
                            absl::FormatDuration(time)),
      .prepare = [](Target& target) { RegisterProducts(target, 30, 64); },
      .run =
          [streams, groups, time](Target& target) {
            v1::StreamWritesRequest message;
            message.set_namespace_(kNamespace);
            for (int i = 0; i < groups; ++i) {
              message.add_groups()->set_sequence(static_cast<uint64_t>(i));
              *message.mutable_groups(i)->add_writes() = WriteWithLists(1, {{"l", 33}, {"m", 30}});
            }
            InParallel(streams, [&](int) {
              const auto stub = v1::WriteEventService::NewStub(target.NewChannel());
              grpc::ClientContext context;
              context.set_deadline(absl::ToChronoTime(RealClock().Now() + time));
              const auto stream = stub->StreamWrites(&context);
              while (stream->Write(message)) {
              }
              (void)stream->Finish();
            });
          }};
}

// Opens subscriptions that acknowledge and lets go of them without a word.
void OpenSessions(Target& target, int count) {
  const auto stub = v1::SubscriptionService::NewStub(target.NewChannel());
  for (int i = 0; i < count; ++i) {
    grpc::ClientContext context;
    const auto stream = stub->Subscribe(&context);
    v1::SubscribeRequest request;
    request.mutable_subscription()->set_namespace_(kNamespace);
    request.mutable_subscription()->set_name("session");
    request.mutable_subscription()->set_instance(absl::StrCat("i", i));
    request.mutable_subscription()->set_acknowledges(true);
    request.mutable_subscription()->mutable_lease()->set_seconds(60);
    v1::SubscribeResponse response;
    (void)(stream->Write(request) && stream->Read(&response));
    context.TryCancel();
    (void)stream->Finish();
  }
}

Attack Sessions(const Size& size) {
  const int count = static_cast<int>(size.Of(20'000, 1000));
  return {.name = "sessions",
          .input = absl::StrCat(count,
                                " sessions without a stream, then 200 calls that wait for "
                                "them"),
          .prepare = {},
          .run = [count](Target& target) {
            OpenSessions(target, count);
            InParallel(200, [&](int) {
              const auto stub = v1::InvalidationService::NewStub(target.NewChannel());
              v1::InvalidateRequest request;
              request.set_namespace_(kNamespace);
              request.add_tags("t");
              request.set_wait_for_subscribers(true);
              request.mutable_wait_timeout()->set_seconds(1);
              v1::InvalidateResponse response;
              (void)Call(*stub, &v1::InvalidationService::Stub::Invalidate, request, &response);
            });
          }};
}

}  // namespace

std::vector<Attack> CrowdAttacks(const Size& size) {
  return {ManyNamespaces(size), SmallWriteMessages(size), HotNamespace(size),
          HeavyCalls(size),     HeavyMessages(size),      Sessions(size)};
}

}  // namespace cache_invalidation::attack
