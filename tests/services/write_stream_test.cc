// SPDX-License-Identifier: Apache-2.0

// StreamWrites: acknowledges every group in order, even if some are invalid.

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/limits.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/rule_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/stats_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "server/rpc/write_stream.h"
#include "tests/services/service_test.h"
#include "tests/support/probe.h"

namespace cache_invalidation {
namespace {

using Stats = v1::StatsService::Stub;
using Writes = v1::WriteEventService::Stub;

// One call, step by step.
class WritesStream {
 public:
  explicit WritesStream(Writes& writes) : call_(writes.StreamWrites(&context_)) {}

  bool Write(const std::string& request) {
    return call_->Write(FromText<v1::StreamWritesRequest>(request));
  }
  bool Write(const v1::StreamWritesRequest& request) { return call_->Write(request); }

  // The acknowledgements of one message as `sequence:revision` or `sequence!code`; empty at the
  // end.
  std::string Read() {
    v1::StreamWritesResponse response;
    if (!call_->Read(&response)) return "";
    std::string text;
    for (const v1::WriteAcknowledgement& acknowledgement : response.acknowledgements()) {
      absl::StrAppend(&text, text.empty() ? "" : " ", acknowledgement.sequence());
      if (acknowledgement.has_result()) {
        absl::StrAppend(&text, ":", acknowledgement.result().position().revision());
      } else {
        absl::StrAppend(&text, "!", acknowledgement.error_code());
        last_error_ = acknowledgement.error_message();
      }
    }
    return text;
  }

  void WritesDone() { call_->WritesDone(); }
  grpc::Status Finish() { return call_->Finish(); }
  void Cancel() { context_.TryCancel(); }
  const std::string& last_error() const { return last_error_; }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::StreamWritesRequest, v1::StreamWritesResponse>>
      call_;
  std::string last_error_;
};

std::string Group(int sequence, const std::string& type = "t") {
  return absl::StrCat("groups { sequence: ", sequence, " writes { resource_type: '", type,
                      "' resource_id: '", sequence, "' } } ");
}

class WriteStreamTest : public ServiceTest {
 protected:
  explicit WriteStreamTest(ServerOptions options = OnLoopback())
      : ServiceTest(std::move(options)) {}

  uint64_t Head() {
    return Ok(*stats_, &Stats::GetInvalidationStats, "").stats().position().revision();
  }

  std::unique_ptr<Stats> stats_ = NewStub<v1::StatsService>();
  std::unique_ptr<Writes> writes_ = NewStub<v1::WriteEventService>();
};

TEST_F(WriteStreamTest, AnswersEveryGroupInOrder) {
  WritesStream stream(*writes_);
  stream.Write(Group(7) + Group(8));
  stream.Write(Group(9));
  EXPECT_EQ(stream.Read(), "7:1 8:2");
  EXPECT_EQ(stream.Read(), "9:3");
  stream.WritesDone();
  EXPECT_EQ(stream.Read(), "");
  EXPECT_TRUE(stream.Finish().ok());
}

// Names of rules make it too large for a client that takes 4 MiB.
TEST_F(WriteStreamTest, AnswersALargeMessageInParts) {
  const auto rules = NewStub<v1::RuleService>();
  constexpr int kRules = 100;
  for (int i = 0; i < kRules; ++i) {
    Ok(*rules, &v1::RuleService::Stub::RegisterRule,
       absl::StrCat("rule { name: '", std::string(200, 'r'), i,
                    "' trigger_tags: 't' invalidate_tags: 'a:b' }"));
  }
  WritesStream stream(*writes_);
  std::string request;
  std::string expected;
  for (int i = 1; i <= 256; ++i) {
    absl::StrAppend(&request, Group(i));
    absl::StrAppend(&expected, i == 1 ? "" : " ", i, ":", i);
  }
  stream.Write(request);
  stream.Write(Group(257));
  std::string answers;
  int parts = 0;
  while (answers.size() < expected.size()) {
    const std::string part = stream.Read();
    ASSERT_NE(part, "") << stream.Finish().error_message();
    absl::StrAppend(&answers, answers.empty() ? "" : " ", part);
    ++parts;
  }
  EXPECT_EQ(answers, expected);
  EXPECT_GE(parts, 5);
  EXPECT_EQ(stream.Read(), "257:257");
  stream.WritesDone();
  EXPECT_TRUE(stream.Finish().ok());
}

TEST_F(WriteStreamTest, GoesOnAfterABadGroup) {
  WritesStream stream(*writes_);
  stream.Write(Group(1) + Group(2, "*") + "groups { sequence: 3 }" + Group(4));
  EXPECT_EQ(stream.Read(), "1:1 2!3 3!3 4:2");
  stream.Write(Group(5, "\xff") + Group(6));
  EXPECT_EQ(stream.Read(), "5!3 6:3");
  EXPECT_EQ(stream.last_error().rfind("writes[0].resource_type: ", 0), 0u) << stream.last_error();
  stream.WritesDone();
  EXPECT_TRUE(stream.Finish().ok());
  EXPECT_EQ(Head(), 3u);
}

TEST_F(WriteStreamTest, KeepsTheOrderWhenAMessageHasNoGoodGroup) {
  WritesStream stream(*writes_);
  std::thread writer([&] {
    for (int i = 1; i <= 30; ++i) stream.Write(Group(i, i % 3 == 0 ? "*" : "t"));
    stream.WritesDone();
  });
  uint64_t revision = 0;
  for (int i = 1; i <= 30; ++i) {
    EXPECT_EQ(stream.Read(), i % 3 == 0 ? absl::StrCat(i, "!3") : absl::StrCat(i, ":", ++revision));
  }
  writer.join();
  EXPECT_EQ(stream.Read(), "");
  EXPECT_TRUE(stream.Finish().ok());
}

TEST_F(WriteStreamTest, BelongsToTheNamespaceOfItsFirstMessage) {
  WritesStream stream(*writes_);
  stream.Write("namespace: 'shop' " + Group(1));
  stream.Write(Group(2));
  stream.Write("namespace: 'shop' " + Group(3));
  stream.Write("namespace: 'other' " + Group(4));
  EXPECT_EQ(stream.Read(), "1:1");
  EXPECT_EQ(stream.Read(), "2:2");
  EXPECT_EQ(stream.Read(), "3:3");
  EXPECT_EQ(stream.Read(), "");
  const grpc::Status status = stream.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message().rfind("namespace: ", 0), 0u) << status.error_message();
  EXPECT_EQ(Head(), 0u) << "nothing went to the default namespace";
}

TEST_F(WriteStreamTest, EndsWhenAMessageIsWrongAsAWhole) {
  v1::StreamWritesRequest too_many;
  for (int i = 0; i < 257; ++i) too_many.add_groups()->add_writes()->set_resource_type("t");
  const std::pair<v1::StreamWritesRequest, std::string> cases[] = {
      {FromText<v1::StreamWritesRequest>(""), "groups: "},
      {too_many, "groups: "},
      {FromText<v1::StreamWritesRequest>("namespace: 'No' " + Group(2)), "namespace: "},
      {FromText<v1::StreamWritesRequest>("namespace: '\\xff' " + Group(2)), "namespace: "}};
  for (const auto& [request, path] : cases) {
    WritesStream stream(*writes_);
    stream.Write(Group(1));
    stream.Write(request);
    EXPECT_NE(stream.Read(), "") << "what came before is answered";
    EXPECT_EQ(stream.Read(), "");
    const grpc::Status status = stream.Finish();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(status.error_message().rfind(path, 0), 0u) << status.error_message();
  }
}

// A client that writes without reading meets back-pressure, never loss.
TEST_F(WriteStreamTest, TakesFarMoreThanItReadsAhead) {
  constexpr int kMessages = 3000;
  WritesStream stream(*writes_);
  std::thread writer([&] {
    for (int i = 1; i <= kMessages; ++i) stream.Write(Group(2 * i) + Group(2 * i + 1));
    stream.WritesDone();
  });
  for (int i = 1; i <= kMessages; ++i) {
    ASSERT_EQ(stream.Read(), absl::StrCat(2 * i, ":", 2 * i - 1, " ", 2 * i + 1, ":", 2 * i));
  }
  writer.join();
  EXPECT_EQ(stream.Read(), "");
  EXPECT_TRUE(stream.Finish().ok());
}

TEST_F(WriteStreamTest, SurvivesClientsThatVanish) {
  for (int i = 0; i < 50; ++i) {
    WritesStream stream(*writes_);
    for (int j = 0; j <= i % 4; ++j) stream.Write(Group(j));
    if (i % 2 == 0) stream.Read();
    stream.Cancel();
    EXPECT_EQ(stream.Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  WritesStream stream(*writes_);
  stream.Write(Group(1));
  EXPECT_NE(stream.Read(), "");
}

TEST_F(WriteStreamTest, EndsWithUnavailableWhenTheServerDrains) {
  WritesStream stream(*writes_);
  stream.Write(Group(1));
  EXPECT_EQ(stream.Read(), "1:1");
  server().Shutdown(absl::Seconds(60));  // far more than it needs: the stream does not hold it up
  EXPECT_EQ(stream.Read(), "");
  const grpc::Status status = stream.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_NE(status.error_message(), "");
}

TEST_F(WriteStreamTest, EndsIfItsFirstMessageDoesNotCome) {
  WritesStream silent(*writes_);
  grpc::Status status;
  const absl::Duration time = TimeOf([&] { status = silent.Finish(); });
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(status.error_message(), "the first message did not come in time");
  EXPECT_GE(time, kFirstMessageTimeout - absl::Seconds(1));
  WritesStream stream(*writes_);
  stream.Write(Group(1));
  EXPECT_EQ(stream.Read(), "1:1");
}

TEST_F(WriteStreamTest, ThereAreAtMostSoMany) {
  std::vector<std::unique_ptr<WritesStream>> streams;
  for (size_t i = 0; i < rpc::kMaxWriteStreams; ++i) {
    streams.push_back(std::make_unique<WritesStream>(*writes_));
    streams.back()->Write(Group(1));
    ASSERT_NE(streams.back()->Read(), "") << i;
  }
  WritesStream refused(*writes_);
  const grpc::Status status = refused.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(status.error_message(), "expected at most 10000 streams of writes");
  streams.back()->WritesDone();
  EXPECT_TRUE(streams.back()->Finish().ok());
  const auto fits = [&] {
    WritesStream next(*writes_);
    next.Write(Group(1));
    const bool is_acknowledged = !next.Read().empty();
    next.Cancel();
    (void)next.Finish();
    return is_acknowledged;
  };
  EXPECT_TRUE(Eventually(fits, absl::Seconds(30))) << "its place is free once the server is done";
  for (const auto& stream : streams) stream->Cancel();
}

// A mailbox that holds a single message: most are refused at first, wait, and come in later.
class SmallMailboxTest : public WriteStreamTest {
 protected:
  SmallMailboxTest() : WriteStreamTest(WithMailbox(2)) {}

  static ServerOptions WithMailbox(size_t submissions) {
    ServerOptions options = OnLoopback();
    options.max_mailbox_submissions = submissions;
    return options;
  }

  // Writes the groups after `done` up to `last` on a stream, three at a time, and answers how many
  // were taken.
  int WriteAsFarAsTaken(int done, int last) {
    WritesStream stream(*writes_);
    int sent = done;
    int answered = done;
    bool open = true;
    while (open && answered < last) {
      if (sent < last && sent - answered < 3) {
        open = stream.Write(Group(++sent));
        continue;
      }
      const std::string answer = stream.Read();
      open = !answer.empty();
      if (!open) break;
      ++answered;
      EXPECT_EQ(answer.rfind(absl::StrCat(answered, ":"), 0), 0u) << answer;
    }
    if (open) stream.WritesDone();
    for (std::string answer = stream.Read(); !answer.empty(); answer = stream.Read()) ++answered;
    const grpc::Status status = stream.Finish();
    EXPECT_TRUE(status.ok() || status.error_code() == grpc::StatusCode::UNAVAILABLE)
        << status.error_message();
    return answered - done;
  }
};

TEST_F(SmallMailboxTest, LosesNothingOfOneWriter) {
  constexpr int kMessages = 2000;
  WritesStream stream(*writes_);
  std::thread writer([&] {
    for (int i = 1; i <= kMessages; ++i) stream.Write(Group(i));
    stream.WritesDone();
  });
  for (int i = 1; i <= kMessages; ++i) ASSERT_EQ(stream.Read(), absl::StrCat(i, ":", i));
  writer.join();
  EXPECT_TRUE(stream.Finish().ok());
}

// With several writers one may find the mailbox full with nothing of its own on the way: it is sent
// away, with what it must send again.
TEST_F(SmallMailboxTest, AnswersOrSendsAwayManyWriters) {
  constexpr int kWriters = 4;
  constexpr int kMessages = 500;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([this] {
      for (int answered = 0; answered < kMessages;) {
        answered += WriteAsFarAsTaken(answered, kMessages);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_GE(Head(), static_cast<uint64_t>(kWriters * kMessages));
}

}  // namespace
}  // namespace cache_invalidation
