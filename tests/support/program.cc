// SPDX-License-Identifier: Apache-2.0

#include "tests/support/program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"

namespace cache_invalidation {
namespace {

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (std::string& string : strings) out.push_back(string.data());
  out.push_back(nullptr);
  return out;
}

// Ends that other programs of the test must not hold open.
void MakePipe(int (&ends)[2]) { Check(pipe2(ends, O_CLOEXEC) == 0, "a pipe can be made"); }

void Close(int& file) {
  if (file >= 0) close(std::exchange(file, -1));
}

// Appends what can be read; answers whether there may be more.
bool ReadSome(int file, std::string& out) {
  char buffer[4096];
  ssize_t count;
  do {
    count = read(file, buffer, sizeof(buffer));
  } while (count < 0 && errno == EINTR);
  if (count > 0) out.append(buffer, static_cast<size_t>(count));
  return count > 0;
}

std::string ReadLineOf(int file) {
  std::string line;
  char next;
  while (read(file, &next, 1) == 1) {
    if (next == '\n') return line;
    line.push_back(next);
  }
  return line;
}

}  // namespace

Program::Program(const std::vector<std::string>& argv,
                 const std::vector<std::string>& environment) {
  std::vector<std::string> arguments = argv;
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) variables.push_back(*variable);
  variables.insert(variables.end(), environment.begin(), environment.end());
  std::vector<char*> argument_pointers = Pointers(arguments);
  std::vector<char*> variable_pointers = Pointers(variables);
  int in[2], out[2], err[2];
  MakePipe(in);
  MakePipe(out);
  MakePipe(err);
  pid_ = fork();
  Check(pid_ >= 0, "a process can be made");
  if (pid_ == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    signal(SIGPIPE, SIG_DFL);  // the test may ignore it
    execvpe(argument_pointers[0], argument_pointers.data(), variable_pointers.data());
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  close(err[1]);
  in_ = in[1];
  out_ = out[0];
  err_ = err[0];
}

Program::~Program() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Close(in_);
  Close(out_);
  Close(err_);
}

void Program::Send(const std::string& input) {
  size_t written = 0;
  while (written < input.size()) {
    const ssize_t count = write(in_, input.data() + written, input.size() - written);
    if (count < 0) break;  // it does not want more
    written += static_cast<size_t>(count);
  }
}

void Program::Feed(const std::string& input) {
  Send(input);
  Close(in_);
}

std::string Program::ReadLine() { return ReadLineOf(out_); }

std::string Program::ReadErrorLine() { return ReadLineOf(err_); }

void Program::Signal(int number) {
  // Without a process, the number would mean every process of the machine.
  if (pid_ > 0) kill(pid_, number);
}

Ended Program::Wait() {
  Close(in_);
  Ended ended;
  bool out_open = true;
  bool err_open = true;
  while (out_open || err_open) {
    pollfd files[] = {{.fd = out_open ? out_ : -1, .events = POLLIN, .revents = 0},
                      {.fd = err_open ? err_ : -1, .events = POLLIN, .revents = 0}};
    if (poll(files, 2, -1) < 0) continue;
    if (files[0].revents != 0) out_open = ReadSome(out_, ended.out);
    if (files[1].revents != 0) err_open = ReadSome(err_, ended.err);
  }
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ended;
}

Ended RunProgram(const std::vector<std::string>& argv, const std::string& input,
                 const std::vector<std::string>& environment) {
  Program program(argv, environment);
  program.Feed(input);
  return program.Wait();
}

std::vector<pid_t> ChildrenOf(pid_t parent, const std::string& name) {
  std::vector<pid_t> out;
  std::ifstream children(absl::StrCat("/proc/", parent, "/task/", parent, "/children"));
  pid_t pid = 0;
  while (children >> pid) {
    std::ifstream file(absl::StrCat("/proc/", pid, "/comm"));
    std::string command;
    if (std::getline(file, command) && command == name) out.push_back(pid);
  }
  return out;
}

}  // namespace cache_invalidation
