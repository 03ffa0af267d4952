#ifndef CACHE_INVALIDATION_TESTS_SUPPORT_RUNNING_SERVER_H_
#define CACHE_INVALIDATION_TESTS_SUPPORT_RUNNING_SERVER_H_

#include <string>
#include <vector>

#include "tests/support/program.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {

// Returns the command that runs the server program with these flags.
std::vector<std::string> ServerCommand(const std::vector<std::string>& flags);

// The server program, as operators run it, on free ports of the loopback interface. For one thread.
class RunningServer {
 public:
  // Returns when it serves, or has failed to start: first_line then has the reason. Needs
  // --data_dir or --durability=memory. `environment`: see Program. `launcher`: a command that is
  // prepended and executes its arguments.
  explicit RunningServer(const std::vector<std::string>& flags,
                         const std::vector<std::string>& environment = {},
                         const std::vector<std::string>& launcher = {});
  // Kills it if it is still running.
  ~RunningServer() = default;

  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  Program& program() { return program_; }

  // The lines it prints when it serves: its addresses, and whether its history continues.
  const std::string& first_line() const { return first_line_; }
  const std::string& epoch_line() const { return epoch_line_; }

  // The contents of the port file.
  std::string ports() const;
  // REQUIRES: it serves. `name`: "grpc" or "http".
  int Port(const std::string& name) const;

 private:
  const TemporaryDirectory directory_;
  const std::string port_file_;
  Program program_;
  std::string first_line_;
  std::string epoch_line_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SUPPORT_RUNNING_SERVER_H_
