#ifndef CACHE_INVALIDATION_TESTS_CACHECTL_PROGRAM_H_
#define CACHE_INVALIDATION_TESTS_CACHECTL_PROGRAM_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace cache_invalidation {

// What a program that has ended left.
struct Ended {
  int code = -1;  // its exit code; 128 and the signal that ended it
  std::string out;
  std::string err;
};

// A running program with pipes to its three streams. Belongs to one thread.
class Program {
 public:
  // Runs `argv[0]` with `environment` ("NAME=value") on top of what is there.
  explicit Program(const std::vector<std::string>& argv,
                   const std::vector<std::string>& environment = {});

  // Kills it if it still runs.
  ~Program();

  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Gives it this input; blocks until all but a pipe's buffer is read.
  void Send(const std::string& input);

  // Gives it this input, and the end of it.
  void Feed(const std::string& input);

  // Blocks until it has written a whole line; empty at the end of its output.
  std::string ReadLine();
  std::string ReadErrorLine();

  void Signal(int number);
  pid_t pid() const { return pid_; }

  // Reads what is left of its output until it ends.
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

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CACHECTL_PROGRAM_H_
