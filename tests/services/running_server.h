#ifndef CACHE_INVALIDATION_TESTS_SERVICES_RUNNING_SERVER_H_
#define CACHE_INVALIDATION_TESTS_SERVICES_RUNNING_SERVER_H_

#include <string>
#include <vector>

#include "tests/cachectl/program.h"

namespace cache_invalidation {

// The command that runs the server program with these flags.
std::vector<std::string> ServerCommand(const std::vector<std::string>& flags);

// The server program, as operators run it, on free ports of the loopback. Belongs to one thread.
class RunningServer {
 public:
  // Returns when it serves, or will never: then first_line says why. It needs --data_dir or
  // --durability=memory. `environment`: see Program. `launcher`: a command that becomes the one
  // behind it.
  explicit RunningServer(const std::vector<std::string>& flags,
                         const std::vector<std::string>& environment = {},
                         const std::vector<std::string>& launcher = {});
  // Kills it if it still runs.
  ~RunningServer();

  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  Program& program() { return program_; }

  // What it says when it serves: where, and whether its history goes on.
  const std::string& first_line() const { return first_line_; }
  const std::string& epoch_line() const { return epoch_line_; }

  // What the port file says.
  std::string ports() const;
  // REQUIRES: it serves. `name`: "grpc" or "http".
  int Port(const std::string& name) const;

 private:
  const std::string port_file_;
  Program program_;
  std::string first_line_;
  std::string epoch_line_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SERVICES_RUNNING_SERVER_H_
