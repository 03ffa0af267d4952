// SPDX-License-Identifier: Apache-2.0

// What the server writes to standard error.

#include <signal.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "tests/support/probe.h"
#include "tests/support/program.h"
#include "tests/support/running_server.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Standard error is a pipe that is not read, as when what collects the log hangs.
TEST(LogTest, NobodyNeedsToReadWhatGrpcLogs) {
  // Each call writes some thousand lines, far more than a pipe holds.
  const TemporaryDirectory directory;
  const std::string port_file = directory.path() + "/ports";
  const Program program(ServerCommand({"--durability=memory", "--log_level=debug", "--grpc_port=0",
                                       "--http=false", "--port_file=" + port_file}),
                        {"GRPC_VERBOSITY=debug", "GRPC_TRACE=all"});
  int port = 0;
  const auto serves = [&] {
    std::string line;
    return std::getline(std::ifstream(port_file), line).good() &&
           absl::SimpleAtoi(absl::StripPrefix(line, "grpc="), &port);
  };
  ASSERT_TRUE(Eventually(serves, absl::Seconds(60)));
  for (int i = 0; i < 10; ++i) {
    const grpc::Status status = CheckHealth(NewConnection(port), absl::Seconds(20));
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
}

google::protobuf::Struct Parse(const std::string& line) {
  google::protobuf::Struct object;
  const auto status = google::protobuf::util::JsonStringToMessage(line, &object);
  EXPECT_TRUE(status.ok()) << status.ToString() << "\n" << line;
  return object;
}

// The messages of JSON lines, each of which must be whole.
std::vector<std::string> MessagesOf(const std::vector<std::string>& lines) {
  std::vector<std::string> messages;
  for (const std::string& line : lines) {
    const google::protobuf::Struct object = Parse(line);
    absl::Time time;
    std::string error;
    EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, object.fields().at("time").string_value(),
                                &time, &error))
        << error;
    EXPECT_NE(object.fields().at("level").string_value(), "");
    messages.push_back(object.fields().at("message").string_value());
  }
  return messages;
}

TEST(LogTest, TellsTheLifeOfAServerInJson) {
  RunningServer server({"--durability=memory", "--longest_earlier_lease=0s", "--log_format=json"});
  EXPECT_THAT(MessagesOf(server.start_lines()),
              ElementsAre("starting", "history", "limits", "serving"));
  const int64_t processors = std::thread::hardware_concurrency();
  EXPECT_EQ(Parse(server.start_lines()[2]).fields().at("shards").number_value(),
            std::clamp<int64_t>(processors - 2, 1, 16));
  EXPECT_EQ(Parse(server.start_line()).fields().at("grpc_port").number_value(),
            server.Port("grpc"));
  server.program().Signal(SIGTERM);
  const Ended ended = server.program().Wait();
  EXPECT_EQ(ended.code, 0);
  const std::vector<std::string> lines = absl::StrSplit(ended.err, '\n', absl::SkipEmpty());
  EXPECT_THAT(
      MessagesOf(lines),
      ElementsAre("asked to stop", "not ready any more, serving as before", "stopping", "ended"));
}

TEST(LogTest, TellsWhyAServerCannotStart) {
  const Ended text = RunProgram(ServerCommand({}));
  EXPECT_THAT(text.err, HasSubstr("Z error cannot start: --data_dir: expected the directory"));
  const Ended json = RunProgram(ServerCommand({"--log_format=json", "--log_level=error"}));
  EXPECT_THAT(Parse(json.err).fields().at("detail").string_value(),
              HasSubstr("--data_dir: expected the directory"));
}

TEST(LogTest, LeavesOutWhatIsBelowTheLevel) {
  RunningServer server({"--durability=memory", "--log_level=info", "--shutdown_grace=1s"});
  server.program().Signal(SIGTERM);
  EXPECT_THAT(server.program().Wait().err, HasSubstr("info ended"));
  const Ended quiet =
      RunProgram(ServerCommand({"--durability=memory", "--grpc_port=0", "--http=false",
                                "--log_level=error", "--port_file=/no/such/folder/ports"}));
  const std::vector<std::string> lines = absl::StrSplit(quiet.err, '\n', absl::SkipEmpty());
  EXPECT_THAT(lines, ElementsAre(HasSubstr("error cannot start")));
}

}  // namespace
}  // namespace cache_invalidation
