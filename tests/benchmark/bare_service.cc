// SPDX-License-Identifier: Apache-2.0

#include "tests/benchmark/bare_service.h"

#include <deque>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/mutex.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"
#include "protos/cache_invalidation/v1/subscription_service.grpc.pb.h"
#include "protos/cache_invalidation/v1/write_event_service.grpc.pb.h"

ABSL_FLAG(std::string, bare_service, "",
          "inline or hop: serve without a service, as the limit that others are compared with. The "
          "program starts itself with this.");
ABSL_FLAG(std::string, bare_message, "", "The file with the message for subscribers.");
ABSL_FLAG(int64_t, bare_times, 0, "How often each call sends it.");

namespace cache_invalidation {
namespace {

constexpr char kEpoch[] = "0123456789abcdef";
constexpr uint32_t kTargets = 4;

grpc::ByteBuffer Bytes(const std::string& text) {
  const grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}

grpc::ByteBuffer AnswerToWrite() {
  v1::InvalidateByWriteResponse response;
  response.mutable_result()->mutable_position()->set_epoch(kEpoch);
  response.mutable_result()->mutable_position()->set_revision(1'000);
  response.mutable_result()->set_invalidations(kTargets);
  return Bytes(response.SerializeAsString());
}

// Runs what it is given, in order.
class WorkerThread {
 public:
  WorkerThread() : thread_([this] { Run(); }) {}
  ~WorkerThread() {
    Push(nullptr);
    thread_.join();
  }

  void Push(std::function<void()> work) {
    MutexLock lock(mutex_);
    queue_.push_back(std::move(work));
    pushed_.NotifyOne();
  }

 private:
  void Run() {
    while (const std::function<void()> work = Pop()) work();
  }
  std::function<void()> Pop() {
    MutexLock lock(mutex_);
    while (queue_.empty()) pushed_.Wait(mutex_);
    std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    return work;
  }

  Mutex mutex_;
  CondVar pushed_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

class BareStream;

// Subscribe, and what its streams send.
class BareSubscriptions final : public v1::SubscriptionService::WithRawCallbackMethod_Subscribe<
                                    v1::SubscriptionService::Service> {
 public:
  explicit BareSubscriptions(const std::string& message) : message_(Bytes(message)) {
    v1::SubscribeResponse started;
    started.mutable_started()->mutable_head()->set_epoch(kEpoch);
    started_ = Bytes(started.SerializeAsString());
  }

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Subscribe(
      grpc::CallbackServerContext* context) override;

  // Sends every subscriber the message so many times.
  void Send(int64_t times);

  void Remove(BareStream* stream) {
    MutexLock lock(mutex_);
    streams_.erase(stream);
  }

  const grpc::ByteBuffer& started() const { return started_; }
  const grpc::ByteBuffer& message() const { return message_; }

 private:
  const grpc::ByteBuffer message_;
  grpc::ByteBuffer started_;
  Mutex mutex_;  // taken before those of the streams
  std::set<BareStream*> streams_ ABSL_GUARDED_BY(mutex_);
};

// Deletes itself when it is over.
class BareStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit BareStream(BareSubscriptions& all) : all_(all) { StartRead(&request_); }

  void Send(int64_t times) {
    MutexLock lock(mutex_);
    left_ += times;
    Go();
  }

  void OnReadDone(bool ok) override {
    MutexLock lock(mutex_);
    over_ = !ok;
    Go();
    if (ok) StartRead(&request_);
  }
  void OnWriteDone(bool ok) override {
    MutexLock lock(mutex_);
    writing_ = false;
    over_ = over_ || !ok;
    Go();
  }
  void OnDone() override {
    all_.Remove(this);
    delete this;
  }

 private:
  void Go() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_ || finished_) return;
    if (over_) {
      finished_ = true;
      Finish(grpc::Status::OK);
    } else if (!started_) {
      started_ = writing_ = true;
      StartWrite(&all_.started());
    } else if (left_ > 0) {
      --left_;
      writing_ = true;
      StartWrite(&all_.message());
    }
  }

  BareSubscriptions& all_;
  grpc::ByteBuffer request_;
  Mutex mutex_;
  int64_t left_ ABSL_GUARDED_BY(mutex_) = 0;
  bool started_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* BareSubscriptions::Subscribe(
    grpc::CallbackServerContext* context) {
  auto* stream = new BareStream(*this);
  MutexLock lock(mutex_);
  streams_.insert(stream);
  return stream;
}

void BareSubscriptions::Send(int64_t times) {
  MutexLock lock(mutex_);
  for (BareStream* stream : streams_) stream->Send(times);
}

// Parses a message and acknowledges its groups, then the next. Deletes itself when it is over.
class BareWriteStream final
    : public grpc::ServerBidiReactor<v1::StreamWritesRequest, v1::StreamWritesResponse> {
 public:
  BareWriteStream() { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    if (!ok) {
      Finish(grpc::Status::OK);
      return;
    }
    response_.Clear();
    for (const v1::WriteGroup& group : request_.groups()) {
      v1::WriteAcknowledgement& acknowledgement = *response_.add_acknowledgements();
      acknowledgement.set_sequence(group.sequence());
      acknowledgement.mutable_result()->mutable_position()->set_epoch(kEpoch);
      acknowledgement.mutable_result()->mutable_position()->set_revision(++revision_);
      acknowledgement.mutable_result()->set_invalidations(kTargets);
    }
    StartWrite(&response_);
  }
  void OnWriteDone(bool) override { StartRead(&request_); }
  void OnDone() override { delete this; }

 private:
  v1::StreamWritesRequest request_;
  v1::StreamWritesResponse response_;
  uint64_t revision_ = 1'000'000;
};

class BareWrites final
    : public v1::WriteEventService::WithRawCallbackMethod_InvalidateByWrite<
          v1::WriteEventService::WithCallbackMethod_StreamWrites<v1::WriteEventService::Service>> {
 public:
  BareWrites(BareSubscriptions& subscriptions, WorkerThread* worker)
      : subscriptions_(subscriptions), worker_(worker) {}

  grpc::ServerUnaryReactor* InvalidateByWrite(grpc::CallbackServerContext* context,
                                              const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    const auto answer = [this, response, reactor] {
      subscriptions_.Send(times_);
      *response = answer_;
      reactor->Finish(grpc::Status::OK);
    };
    if (worker_ != nullptr) {
      worker_->Push(answer);
    } else {
      answer();
    }
    return reactor;
  }

  grpc::ServerBidiReactor<v1::StreamWritesRequest, v1::StreamWritesResponse>* StreamWrites(
      grpc::CallbackServerContext* context) override {
    return new BareWriteStream();
  }

 private:
  BareSubscriptions& subscriptions_;
  WorkerThread* const worker_;  // null: calls are answered inline
  const grpc::ByteBuffer answer_ = AnswerToWrite();
  const int64_t times_ = absl::GetFlag(FLAGS_bare_times);
};

std::string WriteMessage(const TemporaryDirectory& directory,
                         const v1::SubscribeResponse& message) {
  std::string path = directory.path() + "/message";
  std::ofstream file(path, std::ios::binary);
  file << message.SerializeAsString();
  file.close();
  Check(!file.fail(), "a message can be written");
  return path;
}

std::vector<std::string> Command(BareService::Responds responds, const std::string& message,
                                 int64_t times) {
  return {
      "/proc/self/exe",
      responds == BareService::Responds::kInline ? "--bare_service=inline" : "--bare_service=hop",
      "--bare_message=" + message, absl::StrCat("--bare_times=", times)};
}

}  // namespace

BareService::BareService(Responds responds, const v1::SubscribeResponse& message, int64_t times)
    : program_(Command(responds, WriteMessage(directory_, message), times)),
      address_(absl::StrCat("127.0.0.1:", program_.ReadLine())) {}

bool ServeBareService() {
  const std::string responds = absl::GetFlag(FLAGS_bare_service);
  if (responds.empty()) return false;
  std::ifstream file(absl::GetFlag(FLAGS_bare_message), std::ios::binary);
  BareSubscriptions subscriptions(std::string(std::istreambuf_iterator<char>(file), {}));
  WorkerThread worker;
  BareWrites writes(subscriptions, responds == "hop" ? &worker : nullptr);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&subscriptions);
  builder.RegisterService(&writes);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  Check(server != nullptr, "the bare service starts");
  std::cout << port << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
  }
  server->Shutdown();
  return true;
}

}  // namespace cache_invalidation
