// SPDX-License-Identifier: Apache-2.0

// Write streams over real gRPC, against a service that follows a script, on a clock that stands
// still until the test moves it.

#include "client/internal/stream_threads.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "client/client.h"
#include "client/grpc_channel.h"
#include "client/internal/testing/in_process_server.h"
#include "common/mutex.h"
#include "gtest/gtest.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"
#include "tests/fakes/fake_clock.h"

namespace cache_invalidation::client {
namespace {

using WritesStream = grpc::ServerReaderWriter<v1::StreamWritesResponse, v1::StreamWritesRequest>;
using Script = std::function<grpc::Status(WritesStream& stream)>;
using Strings = std::vector<std::string>;

// Runs one function per stream; when they are used up, answers everything.
class ScriptedWrites final : public v1::WriteEventService::Service {
 public:
  explicit ScriptedWrites(std::vector<Script> scripts) : scripts_(std::move(scripts)) {}

  grpc::Status StreamWrites(grpc::ServerContext*, WritesStream* stream) override {
    size_t mine = 0;
    {
      MutexLock lock(mutex_);
      mine = next_++;
    }
    return mine < scripts_.size() ? scripts_[mine](*stream) : AnswerAll(*stream);
  }

  // Answers up to `count` commands, each with its number as revision.
  static grpc::Status AnswerAll(WritesStream& stream, int count = 1'000'000) {
    v1::StreamWritesRequest request;
    while (count > 0 && stream.Read(&request)) {
      v1::StreamWritesResponse response;
      for (const v1::WriteGroup& group : request.groups()) {
        if (--count < 0) break;
        v1::WriteAcknowledgement* acknowledgement = response.add_acknowledgements();
        acknowledgement->set_sequence(group.sequence());
        acknowledgement->mutable_result()->mutable_position()->set_revision(group.sequence());
      }
      stream.Write(response);
    }
    return grpc::Status::OK;
  }

 private:
  const std::vector<Script> scripts_;
  Mutex mutex_;
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
};

grpc::Status ReadAllWrites(WritesStream& stream) {
  v1::StreamWritesRequest request;
  while (stream.Read(&request)) continue;
  return grpc::Status::OK;
}

class WriteStreamThreadTest : public testing::Test {
 protected:
  std::unique_ptr<WriteStream> Open(std::vector<Script> scripts, WriteStreamOptions options = {}) {
    service_ = std::make_unique<ScriptedWrites>(std::move(scripts));
    server_ = std::make_unique<internal::InProcessServer>(service_.get());
    ClientOptions client_options;
    client_options.clock = &clock_;
    client_options.random = [] { return 0.0; };  // tries again at once
    return Client(MakeConnection(server_->channel(), client_options)).OpenWriteStream(options);
  }

  void Write(WriteStream& stream, int count) {
    for (int i = 0; i < count; ++i) {
      stream.Write({{.resource_type = "t"}}, [this](const absl::StatusOr<WriteResult>& result) {
        MutexLock lock(mutex_);
        told_.push_back(result.ok() ? std::to_string(result->position.revision)
                                    : std::string(result.status().message()));
      });
    }
  }

  Strings Told() {
    MutexLock lock(mutex_);
    return told_;
  }

  FakeClock clock_;
  std::unique_ptr<ScriptedWrites> service_;
  std::unique_ptr<internal::InProcessServer> server_;

 private:
  Mutex mutex_;
  Strings told_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(WriteStreamThreadTest, AnswersEverything) {
  auto stream = Open({});
  Write(*stream, 3);
  stream->Flush();
  EXPECT_EQ(Told(), Strings({"1", "2", "3"}));
  Write(*stream, 1);
  stream->Close();
  EXPECT_EQ(Told().back(), "4");
}

TEST_F(WriteStreamThreadTest, AStreamWithoutWritesCloses) {
  Open({})->Close();
  Open({}).reset();
}

TEST_F(WriteStreamThreadTest, NothingCanBeWrittenAfterClose) {
  auto stream = Open({});
  stream->Close();
  Write(*stream, 1);
  EXPECT_EQ(Told(), Strings({"the write stream is closed"}));
  stream->Close();
}

TEST_F(WriteStreamThreadTest, SendsAgainWhatALostStreamDidNotAnswer) {
  const Script lost = [](WritesStream& stream) {
    ScriptedWrites::AnswerAll(stream, 1);
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "draining");
  };
  auto stream = Open({lost, lost, lost});
  Write(*stream, 5);
  stream->Flush();
  EXPECT_EQ(Told(), Strings({"1", "2", "3", "4", "5"}));
}

TEST_F(WriteStreamThreadTest, OpensAnotherStreamAfterOneThatEndedInPeace) {
  auto stream = Open({[](WritesStream& stream) { return ScriptedWrites::AnswerAll(stream, 1); }});
  Write(*stream, 1);
  stream->Flush();
  Write(*stream, 1);
  stream->Flush();
  EXPECT_EQ(Told(), Strings({"1", "2"}));
}

TEST_F(WriteStreamThreadTest, GivesUpWhatIsNotAnsweredInTime) {
  auto stream = Open({ReadAllWrites}, {.deadline = absl::Seconds(10)});
  Write(*stream, 1);
  clock_.AwaitWaiters(1);
  clock_.Advance(absl::Seconds(10));
  stream->Flush();
  EXPECT_EQ(Told(), Strings({"no answer in time"}));
  Write(*stream, 1);
  stream->Flush();
  EXPECT_EQ(Told().back(), "2") << "over another stream";
}

TEST_F(WriteStreamThreadTest, GivesTheErrorToTheCommandThatIsToBlame) {
  // Refuses messages that hold the second command, as a service does that cannot read them.
  const Script picky = [](WritesStream& stream) {
    v1::StreamWritesRequest request;
    while (stream.Read(&request)) {
      v1::StreamWritesResponse response;
      for (const v1::WriteGroup& group : request.groups()) {
        if (group.sequence() == 2) {
          return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "malformed");
        }
        response.add_acknowledgements()->set_sequence(group.sequence());
      }
      stream.Write(response);
    }
    return grpc::Status::OK;
  };
  auto stream = Open({picky, picky, picky, picky, picky});
  Write(*stream, 3);
  stream->Flush();
  EXPECT_EQ(Told(), Strings({"0", "malformed", "0"}));
}

TEST_F(WriteStreamThreadTest, BlocksWhileTooMuchIsUnanswered) {
  Mutex mutex;
  CondVar changed;
  bool go = false;
  auto stream = Open({[&](WritesStream& stream) {
                       {
                         MutexLock lock(mutex);
                         while (!go) changed.Wait(mutex);
                       }
                       return ScriptedWrites::AnswerAll(stream);
                     }},
                     {.max_unanswered_commands = 2});
  Write(*stream, 2);
  bool written = false;
  std::thread third([&] {
    Write(*stream, 1);
    MutexLock lock(mutex);
    written = true;
  });
  {
    MutexLock lock(mutex);
    EXPECT_FALSE(written);
    go = true;
    changed.NotifyAll();
  }
  third.join();
  stream->Flush();
  EXPECT_EQ(Told(), Strings({"1", "2", "3"}));
}

TEST_F(WriteStreamThreadTest, CloseDoesNotWaitForAServiceThatDoesNotEnd) {
  Mutex mutex;
  CondVar changed;
  bool over = false;
  auto stream = Open({[&](WritesStream& stream) {
    ScriptedWrites::AnswerAll(stream, 1);
    MutexLock lock(mutex);
    while (!over) changed.Wait(mutex);
    return grpc::Status::OK;
  }});
  Write(*stream, 1);
  stream->Flush();
  std::atomic<bool> closed = false;
  std::thread closing([&] {
    stream->Close();
    closed = true;
  });
  // It closes its side, and then waits for the service for a limited time.
  while (!closed) clock_.Advance(absl::Milliseconds(100));
  closing.join();
  MutexLock lock(mutex);
  over = true;
  changed.NotifyAll();
}

}  // namespace
}  // namespace cache_invalidation::client
