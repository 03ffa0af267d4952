// SPDX-License-Identifier: Apache-2.0

#include "tests/support/running_server.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "common/check.h"

namespace cache_invalidation {
namespace {

constexpr absl::string_view kEpochField = " info history epoch=";

std::vector<std::string> OnFreePorts(std::vector<std::string> flags, const std::string& port_file,
                                     std::vector<std::string> launcher) {
  flags.insert(flags.end(), {"--grpc_port=0", "--http_port=0", "--port_file=" + port_file});
  const std::vector<std::string> command = ServerCommand(flags);
  launcher.insert(launcher.end(), command.begin(), command.end());
  return launcher;
}

}  // namespace

std::vector<std::string> ServerCommand(const std::vector<std::string>& flags) {
  std::vector<std::string> command = {"server/cache_invalidation_server"};
  command.insert(command.end(), flags.begin(), flags.end());
  return command;
}

RunningServer::RunningServer(const std::vector<std::string>& flags,
                             const std::vector<std::string>& environment,
                             const std::vector<std::string>& launcher)
    : port_file_(directory_.path() + "/ports"),
      program_(OnFreePorts(flags, port_file_, launcher), environment) {
  do {
    start_lines_.push_back(program_.ReadErrorLine());
  } while (!serves() && !start_line().empty());
  // The end of the output.
  if (!serves() && start_lines_.size() > 1) start_lines_.pop_back();
}

bool RunningServer::serves() const {
  return absl::StrContains(start_line(), " serving grpc_port=") ||
         absl::StrContains(start_line(), R"("message":"serving")");
}

const std::string& RunningServer::epoch_line() const {
  const auto found = std::find_if(start_lines_.begin(), start_lines_.end(), [](const auto& line) {
    return absl::StrContains(line, kEpochField);
  });
  Check(found != start_lines_.end(), "a server that serves has told its epoch");
  return *found;
}

std::string RunningServer::epoch() const {
  const absl::string_view line = epoch_line();
  const absl::string_view value = line.substr(line.find(kEpochField) + kEpochField.size());
  return std::string(value.substr(0, value.find(':')));
}

std::string RunningServer::ports() const {
  std::ifstream file(port_file_);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

int RunningServer::Port(const std::string& name) const {
  const std::string text = ports();
  const size_t at = text.find(name + "=");
  Check(at != std::string::npos, "a server that serves has written its ports");
  return std::stoi(text.substr(at + name.size() + 1));
}

}  // namespace cache_invalidation
