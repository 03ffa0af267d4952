#include "tests/support/running_server.h"

#include <fstream>
#include <iterator>

#include "common/check.h"

namespace cache_invalidation {
namespace {

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
  first_line_ = program_.ReadErrorLine();
  epoch_line_ = program_.ReadErrorLine();
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
