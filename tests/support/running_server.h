// SPDX-License-Identifier: Apache-2.0

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
  // Returns when it serves, or has failed to start: start_line then has the reason. Needs
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

  // The lines that it wrote until it served or had failed to start, and the last of them.
  const std::vector<std::string>& start_lines() const { return start_lines_; }
  const std::string& start_line() const { return start_lines_.back(); }
  // Whether it has started.
  bool serves() const;
  // The line of start_lines() that says whether its history continues, and its epoch there.
  // REQUIRES: it serves, and writes text.
  const std::string& epoch_line() const;
  std::string epoch() const;

  // The contents of the port file.
  std::string ports() const;
  // REQUIRES: it serves. `name`: "grpc" or "http".
  int Port(const std::string& name) const;

 private:
  const TemporaryDirectory directory_;
  const std::string port_file_;
  Program program_;
  std::vector<std::string> start_lines_;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SUPPORT_RUNNING_SERVER_H_
