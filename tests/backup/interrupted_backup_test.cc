// SPDX-License-Identifier: Apache-2.0

// Backups whose caller or server goes away, and those of servers that cannot be trusted.

#include <signal.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/stable_hash.h"
#include "gmock/gmock.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "protos/cache_invalidation/v1/backup_service.grpc.pb.h"
#include "tests/backup/backup_test.h"

namespace cache_invalidation {
namespace {

using ::testing::HasSubstr;

// A backup whose caller reads no more than one message.
class SlowBackup {
 public:
  explicit SlowBackup(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::BackupService::NewStub(channel)),
        stream_(stub_->StreamBackup(&context_, v1::StreamBackupRequest())) {}

  // Whether it has begun.
  bool ReadOne() { return stream_->Read(&response_) && response_.has_chunk(); }
  void Cancel() { context_.TryCancel(); }
  grpc::Status End() {
    while (stream_->Read(&response_)) continue;
    return stream_->Finish();
  }

 private:
  grpc::ClientContext context_;
  const std::unique_ptr<v1::BackupService::Stub> stub_;
  v1::StreamBackupResponse response_;
  const std::unique_ptr<grpc::ClientReader<v1::StreamBackupResponse>> stream_;
};

class InterruptedBackupTest : public BackupTest {
 protected:
  std::string copy() const { return data() + "/backup"; }

  void ExpectNothingWritten() const {
    EXPECT_FALSE(std::filesystem::exists(backup()));
    EXPECT_FALSE(std::filesystem::exists(backup() + ".partial"));
  }
};

// More than gRPC takes for a caller that does not read.
constexpr int kMegabytes = 24;

TEST_F(InterruptedBackupTest, ThereIsOneAtATimeAndACallerThatGoesAwayEndsIt) {
  Start(data());
  Fill(kMegabytes);
  {
    SlowBackup first(Channel());
    ASSERT_TRUE(first.ReadOne());
    EXPECT_TRUE(std::filesystem::exists(copy()));
    const Ended second = Run({"backup", backup()});
    EXPECT_EQ(second.code, 4);
    EXPECT_THAT(second.err, HasSubstr("ABORTED: another backup is running"));
    ExpectNothingWritten();
    Ok({"write", "user", "1"});
    first.Cancel();
    EXPECT_EQ(first.End().error_code(), grpc::StatusCode::CANCELLED);
  }
  // Its server notices in its own time.
  Ended next;
  do {
    next = Run({"backup", backup()});
  } while (next.code == 4);
  EXPECT_EQ(next.code, 0) << next.err;
  EXPECT_FALSE(std::filesystem::exists(copy()));
}

TEST_F(InterruptedBackupTest, WhatAKilledServerLeftIsDeletedAtTheNextStart) {
  Start(data());
  Fill(kMegabytes);
  {
    SlowBackup slow(Channel());
    ASSERT_TRUE(slow.ReadOne());
    Kill();
    EXPECT_FALSE(slow.End().ok());
  }
  EXPECT_TRUE(std::filesystem::exists(copy()));
  EXPECT_THAT(Ok({"doctor", data()}), HasSubstr("store           whole\n"));
  Start(data());
  EXPECT_THAT(server().epoch_line(), HasSubstr(" goes on"));
  EXPECT_FALSE(std::filesystem::exists(copy()));
  Ok({"backup", backup()});
}

TEST_F(InterruptedBackupTest, AServerThatStopsEndsIt) {
  Start(data());
  Fill(kMegabytes);
  SlowBackup slow(Channel());
  ASSERT_TRUE(slow.ReadOne());
  Stop();
  EXPECT_FALSE(slow.End().ok());
  EXPECT_FALSE(std::filesystem::exists(copy()));
}

TEST_F(InterruptedBackupTest, ACallerThatMayNotHaveItAnyMoreGetsNoMore) {
  const auto everybody_is = [&](const std::string& role) {
    std::ofstream(In("policy.yaml"))
        << "anonymous: {roles: [{role: " << role << ", namespaces: ['*']}]}";
  };
  everybody_is("admin");
  Start(data(), {"--policy_file=" + In("policy.yaml")});
  Fill(kMegabytes);
  SlowBackup slow(Channel());
  ASSERT_TRUE(slow.ReadOne());
  everybody_is("reader");
  server().program().Signal(SIGHUP);
  while (Run({"write", "user", "1"}).code == 0) continue;
  const grpc::Status end = slow.End();
  EXPECT_EQ(end.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(end.error_message(), "namespace: the caller needs the role admin in \"*\"");
  const Ended next = Run({"backup", backup()});
  EXPECT_THAT(next.err, HasSubstr("PERMISSION_DENIED: namespace: the caller needs"));
  ExpectNothingWritten();
  Stop();
  EXPECT_FALSE(std::filesystem::exists(copy()));
}

TEST_F(InterruptedBackupTest, AServerThatKeepsNothingHasNone) {
  RunningServer server({"--durability=memory"});
  const Ended ended =
      Run({"--endpoint", absl::StrCat("127.0.0.1:", server.Port("grpc")), "backup", backup()});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.err, HasSubstr("FAILED_PRECONDITION: the server keeps nothing on a disk"));
  ExpectNothingWritten();
}

TEST_F(InterruptedBackupTest, WithoutAServerNothingIsWritten) {
  const Ended ended = Run({"--endpoint", "127.0.0.1:1", "backup", backup()});
  EXPECT_EQ(ended.code, 6) << ended.err;
  ExpectNothingWritten();
}

// A peer that sends what it is given.
class ScriptedService final : public v1::BackupService::Service {
 public:
  std::vector<v1::StreamBackupResponse> script;
  grpc::Status end;

 private:
  grpc::Status StreamBackup(grpc::ServerContext*, const v1::StreamBackupRequest*,
                            grpc::ServerWriter<v1::StreamBackupResponse>* writer) override {
    for (const v1::StreamBackupResponse& response : script) writer->Write(response);
    return end;
  }
};

v1::StreamBackupResponse Chunk(const std::string& path, const std::string& data) {
  v1::StreamBackupResponse response;
  response.mutable_chunk()->set_path(path);
  response.mutable_chunk()->set_data(data);
  response.mutable_chunk()->set_last(true);
  response.mutable_chunk()->set_crc32c(Crc32c(data));
  return response;
}

class HostileServerTest : public InterruptedBackupTest {
 protected:
  HostileServerTest() {
    service_.script = {Chunk("copied", ""), Chunk("log_end", "end"),
                       Chunk("rocksdb/CURRENT", "MANIFEST\n"), v1::StreamBackupResponse()};
    v1::BackupSummary& summary = *service_.script[3].mutable_summary();
    summary.set_files(3);
    summary.set_bytes(12);
    summary.set_crc32c(Crc32c("endMANIFEST\n"));
  }

  // Serves what the test made of the script.
  Ended Backup() {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    return Run({"--endpoint", absl::StrCat("127.0.0.1:", port), "backup", backup()});
  }
  void ExpectRefused(int code, const std::string& error) {
    const Ended ended = Backup();
    EXPECT_EQ(ended.code, code) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(error));
    ExpectNothingWritten();
  }

  ScriptedService service_;
};

TEST_F(HostileServerTest, IsBelievedIfEverythingFits) {
  const Ended ended = Backup();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(std::filesystem::exists(backup() + "/manifest.json"));
}

TEST_F(HostileServerTest, ADamagedChunkIsRefused) {
  service_.script[1].mutable_chunk()->set_data("enx");
  ExpectRefused(1, "DATA_LOSS: log_end: its checksum is wrong");
}

TEST_F(HostileServerTest, ATruncatedBackupIsRefused) {
  service_.script.pop_back();
  ExpectRefused(1, "DATA_LOSS: the backup ended before its summary");
  service_.end = grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server is draining");
  ExpectRefused(6, "UNAVAILABLE: the server is draining");
}

TEST_F(HostileServerTest, AMissingFileIsRefused) {
  service_.script.erase(service_.script.begin());
  ExpectRefused(1, "DATA_LOSS: the backup is incomplete: expected 3 files with 12 bytes, got 2");
}

TEST_F(HostileServerTest, NothingIsWrittenElsewhere) {
  service_.script[0] = Chunk("../outside", "x");
  ExpectRefused(2, "INVALID_ARGUMENT: path: expected names");
  EXPECT_FALSE(std::filesystem::exists(In("outside")));
  service_.script[0] = Chunk(In("absolute"), "x");
  ExpectRefused(2, "INVALID_ARGUMENT: path: expected names");
  EXPECT_FALSE(std::filesystem::exists(In("absolute")));
}

TEST_F(HostileServerTest, AnExistingDirectoryStays) {
  std::filesystem::create_directory(backup());
  EXPECT_EQ(Backup().code, 4);
  EXPECT_TRUE(std::filesystem::is_empty(backup()));
}

}  // namespace
}  // namespace cache_invalidation
