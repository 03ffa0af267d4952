// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SUPPORT_PROGRAM_H_
#define CACHE_INVALIDATION_TESTS_SUPPORT_PROGRAM_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace cache_invalidation {

// Result of a program that has exited.
struct Ended {
  int code = -1;  // exit code; 128 plus the signal that killed it
  std::string out;
  std::string err;
};

// A running program with pipes to its three streams. For one thread.
class Program {
 public:
  // Runs `argv[0]` with `environment` ("NAME=value") added to the current one.
  explicit Program(const std::vector<std::string>& argv,
                   const std::vector<std::string>& environment = {});

  // Kills it if it is still running.
  ~Program();

  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Writes to its input; blocks until all but one pipe buffer has been read.
  void Send(const std::string& input);

  // Writes to its input and closes it.
  void Feed(const std::string& input);

  // Block until it has written a whole line, and return it; empty at the end of the output.
  std::string ReadLine();
  std::string ReadErrorLine();

  // Does nothing once Wait has returned.
  void Signal(int number);
  pid_t pid() const { return pid_; }

  // Reads the rest of its output until it exits.
  Ended Wait();

 private:
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  int err_ = -1;
};

// Runs a program to its end.
Ended RunProgram(const std::vector<std::string>& argv, const std::string& input = "",
                 const std::vector<std::string>& environment = {});

// Returns the running child processes with that name. They can have exited by then.
std::vector<pid_t> ChildrenOf(pid_t parent, const std::string& name);

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_SUPPORT_PROGRAM_H_
