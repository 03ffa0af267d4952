// SPDX-License-Identifier: Apache-2.0

// The server as operators use it: flags, ports, signals, exit codes.

#include <signal.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "tests/support/http_get.h"
#include "tests/support/program.h"
#include "tests/support/raw_http2.h"
#include "tests/support/running_server.h"

namespace cache_invalidation {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using ::testing::HasSubstr;
using ::testing::Not;

Ended RunServer(const std::vector<std::string>& flags) { return RunProgram(ServerCommand(flags)); }

const std::string kForget = "--durability=memory";

// A directory that does not exist yet.
std::string DataDirFlag(const std::string& name) {
  return absl::StrCat("--data_dir=", ::testing::TempDir(), "/", name);
}

std::string FileIn(const std::string& name, const std::string& text) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/", name);
  std::ofstream(path) << text;
  return path;
}

std::unique_ptr<Health::Stub> NewHealthStub(const RunningServer& server) {
  return Health::NewStub(grpc::CreateChannel(absl::StrCat("127.0.0.1:", server.Port("grpc")),
                                             grpc::InsecureChannelCredentials()));
}

TEST(ServerProcess, TellsItsPortsAndEndsWellOnSigterm) {
  RunningServer server({kForget});
  const int grpc_port = server.Port("grpc");
  const int http_port = server.Port("http");
  EXPECT_EQ(server.ports(), absl::StrCat("grpc=", grpc_port, "\nhttp=", http_port, "\n"));
  EXPECT_TRUE(
      absl::EndsWith(server.start_line(),
                     absl::StrCat(" info serving grpc_port=", grpc_port, " http_port=", http_port)))
      << server.start_line();
  EXPECT_EQ(testing::HttpGet(http_port, "/readyz").status, 200);
  grpc::ClientContext context;
  HealthCheckResponse response;
  EXPECT_TRUE(NewHealthStub(server)->Check(&context, HealthCheckRequest(), &response).ok());
  server.program().Signal(SIGTERM);
  const Ended ended = server.program().Wait();
  EXPECT_EQ(ended.code, 0) << ended.err;
}

// Otherwise a call that waits a minute after a start is a riddle.
TEST(ServerProcess, TellsUntilWhenCallsWaitForEarlierSubscribers) {
  const auto lines = [](const std::vector<std::string>& flags) {
    return absl::StrJoin(RunningServer(flags).start_lines(), "\n");
  };
  EXPECT_THAT(lines({kForget}), HasSubstr("also wait for those of earlier servers until=20"));
  EXPECT_THAT(lines({kForget, "--longest_earlier_lease=0s"}), Not(HasSubstr("until=")));
  EXPECT_THAT(lines({DataDirFlag("new")}), HasSubstr("earlier servers may be late until=20"))
      << "there may have been one with another directory";
  EXPECT_THAT(lines({DataDirFlag("first"), "--longest_earlier_lease=0s"}),
              Not(HasSubstr("until=")));
}

TEST(ServerProcess, EndsWellOnSigint) {
  RunningServer server({kForget});
  server.program().Signal(SIGINT);
  EXPECT_EQ(server.program().Wait().code, 0);
}

// A client that does not read the answer to its call lets the drain last as long as it may.
TEST(ServerProcess, EndsAtOnceOnASecondSignal) {
  RunningServer server({kForget, "--shutdown_grace=1h"});
  RawHttp2 client(server.Port("grpc"), NoWindow());
  ASSERT_TRUE(
      client.Send(UnaryCallFrames(1, "/cache_invalidation.v1.StatsService/GetInvalidationStats")));
  const auto health = NewHealthStub(server);
  grpc::ClientContext context;
  const auto watch = health->Watch(&context, HealthCheckRequest());
  HealthCheckResponse state;
  ASSERT_TRUE(watch->Read(&state));
  EXPECT_EQ(state.status(), HealthCheckResponse::SERVING);
  server.program().Signal(SIGTERM);
  ASSERT_TRUE(watch->Read(&state));
  EXPECT_EQ(state.status(), HealthCheckResponse::NOT_SERVING);
  server.program().Signal(SIGTERM);
  EXPECT_EQ(server.program().Wait().code, 128 + SIGTERM);
}

TEST(ServerProcess, CutsOffWhoDoesNotLetGo) {
  RunningServer server({kForget, "--shutdown_grace=10ms"});
  const auto health = NewHealthStub(server);
  grpc::ClientContext context;
  const auto watch = health->Watch(&context, HealthCheckRequest());
  HealthCheckResponse state;
  ASSERT_TRUE(watch->Read(&state));
  server.program().Signal(SIGTERM);
  EXPECT_EQ(server.program().Wait().code, 0);
}

TEST(ServerProcess, ExplainsItself) {
  const Ended version = RunServer({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_TRUE(absl::StartsWith(version.out, "cache_invalidation_server 0.")) << version.out;
  const Ended help = RunServer({"--help"});
  for (const char* flag :
       {"--data_dir ",       "--default_rules ",       "--default_rules_file ",
        "--durability ",     "--event_retention_age ", "--event_retention_bytes ",
        "--drain_delay ",    "--log_format ",          "--log_level ",
        "--flagfile",        "--grpc_port ",           "--heartbeat ",
        "--max_memory ",     "--event_cache_bytes ",   "--http_port ",
        "--listen_address ", "--max_request_bytes ",   "--namespaces ",
        "--new_epoch ",      "--port_file ",           "--shards ",
        "--shutdown_grace ", "--store_memory_bytes "}) {
    EXPECT_TRUE(absl::StrContains(help.out, flag)) << flag;
  }
}

TEST(ServerProcess, RefusesWhatItCannotUse) {
  const std::string bad_rules =
      FileIn("bad_rules.json", R"({"rules": [{"name": "r", "triggerTags": ["a"]}]})");
  const std::string no_json = FileIn("no.json", "rules:");
  RunningServer other({kForget});
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{"--no_such_flag"}, "no_such_flag"},
      {{"--grpc_port=70000"}, "grpc_port"},
      {{"--listen_address="}, "--listen_address: expected an address, got none"},
      {{"stray"}, "expected flags only, got \"stray\""},
      {{}, "--data_dir: expected the directory that keeps the state"},
      {{"--durability=async"}, "--data_dir: expected the directory that keeps the state"},
      {{kForget, DataDirFlag("unused")}, "--data_dir: expected none with --durability=memory"},
      {{"--durability=disk"}, "expected sync, async or memory"},
      {{"--log_format=xml"}, "expected one of text, json"},
      {{"--log_level=all"}, "expected one of debug, info, warning, error"},
      {{"--data_dir=/no/such/folder/data"},
       "cannot make the directory /no/such/folder/data: No such file or directory"},
      {{"--data_dir=" + no_json}, "no.json"},
      {{kForget, "--default_rules_file=/no/such/file"},
       "cannot read /no/such/file: No such file or directory"},
      {{kForget, "--default_rules_file=/"}, "cannot read /: not a regular file"},
      {{kForget, "--default_rules_file=" + bad_rules},
       "bad_rules.json: rules[0].invalidate_tags: "},
      {{kForget, "--default_rules_file=" + no_json},
       "no.json: expected {\"rules\": [...]} in JSON"},
      {{kForget, "--grpc_port=0", "--http_port=0", "--port_file=/no/such/folder/ports"},
       "/no/such/folder/ports"},
      {{kForget, absl::StrCat("--grpc_port=", other.Port("grpc")), "--http_port=0"},
       "cannot listen for gRPC on 127.0.0.1:"},
      {{kForget, "--grpc_port=0", absl::StrCat("--http_port=", other.Port("http"))},
       "cannot listen for HTTP on 127.0.0.1:"},
  };
  for (const auto& [flags, message] : cases) {
    const Ended ended = RunServer(flags);
    EXPECT_EQ(ended.code, 1) << message;
    EXPECT_TRUE(absl::StrContains(ended.err, message)) << message << "\n" << ended.err;
  }
}

TEST(ServerProcess, RefusesNumbersAndTimesThatMakeNoSense) {
  const std::pair<std::string, std::string> cases[] = {
      {"--shards=257", "--shards: expected 0 to 256, got 257"},
      {"--shards=100000", "--shards: expected 0 to 256, got 100000"},
      {"--max_request_bytes=0", "--max_request_bytes: expected 4096 to 16777216, got 0"},
      {"--max_request_bytes=67108864", "--max_request_bytes: expected 4096 to 16777216, got "},
      {"--max_request_bytes=4294967296", "--max_request_bytes: expected 4096 to 16777216, got "},
      {"--max_namespaces=0", "--max_namespaces: expected 1 to "},
      {"--max_entries_per_namespace=0", "--max_entries_per_namespace: expected 1 to "},
      {"--max_entry_parts_per_namespace=0", "--max_entry_parts_per_namespace: expected 1 to "},
      {"--max_subscriptions=0", "--max_subscriptions: expected 1 to "},
      {"--event_cache_bytes=18446744073709551615", "--event_cache_bytes: expected 0 to "},
      {"--event_retention_bytes=0", "--event_retention_bytes: expected 65536 to "},
      {"--event_retention_age=0s", "--event_retention_age: expected 1s to 87600h, got 0"},
      {"--event_retention_age=-1h", "--event_retention_age: expected 1s to 87600h, got -1h"},
      {"--store_memory_bytes=0", "--store_memory_bytes: expected 1048576 to "},
      {"--heartbeat=0s", "--heartbeat: expected 100ms to 1h, got 0"},
      {"--heartbeat=-5s", "--heartbeat: expected 100ms to 1h, got -5s"},
      {"--heartbeat=inf", "--heartbeat: expected 100ms to 1h, got inf"},
      {"--namespaces=shop,No Name", "--namespaces: expected 1 to 64 characters"},
      {"--longest_earlier_lease=-1s", "--longest_earlier_lease: expected 0 to 1m, got -1s"},
      {"--longest_earlier_lease=1h", "--longest_earlier_lease: expected 0 to 1m, got 1h"},
      {"--drain_delay=-1s", "--drain_delay: expected 0 to 87600h, got -1s"},
      {"--shutdown_grace=-1s", "--shutdown_grace: expected 0 to 87600h, got -1s"},
      {"--max_memory=1000", "--max_memory: expected 67108864 to "},
  };
  for (const auto& [flag, message] : cases) {
    const Ended ended = RunServer({kForget, "--grpc_port=0", "--http_port=0", flag});
    EXPECT_EQ(ended.code, 1) << flag;
    EXPECT_TRUE(absl::StrContains(ended.err, message)) << message << "\n" << ended.err;
  }
}

// Of a process that is killed the epoch goes on, synced or not.
TEST(ServerProcess, GoesOnWithItsEpochUntilItIsAskedForANewOne) {
  const std::string data_dir = DataDirFlag("kept");
  std::string epoch;
  for (const char* durability : {"--durability=sync", "--durability=async", "--durability=sync"}) {
    RunningServer server({data_dir, durability});
    if (!epoch.empty()) {
      EXPECT_THAT(server.epoch_line(), HasSubstr(absl::StrCat("epoch=", epoch, ": goes on")));
    }
    epoch = server.epoch();
    server.program().Signal(SIGKILL);
    EXPECT_EQ(server.program().Wait().code, 128 + SIGKILL);
  }
  RunningServer server({data_dir, "--new_epoch"});
  EXPECT_THAT(server.epoch_line(), HasSubstr(": is new: --new_epoch was given"));
  EXPECT_NE(server.epoch(), epoch);

  const Ended second = RunServer({data_dir, "--grpc_port=0", "--http_port=0"});
  EXPECT_EQ(second.code, 1);
  EXPECT_TRUE(absl::StrContains(second.err, "another process has it open")) << second.err;
}

TEST(ServerProcess, TakesFlagsAndRulesFromFiles) {
  const std::string rules = FileIn("rules.json", R"({"rules": [
      {"name": "mine", "triggerTags": ["a"], "invalidateTags": ["b:{resource_id}"]}]})");
  const std::string flags =
      FileIn("flags", absl::StrCat("--default_rules_file=", rules, "\n--http=false\n"));
  RunningServer server({kForget, "--flagfile=" + flags});
  EXPECT_EQ(server.Port("http"), 0);
  EXPECT_NE(server.Port("grpc"), 0);
}

}  // namespace
}  // namespace cache_invalidation
