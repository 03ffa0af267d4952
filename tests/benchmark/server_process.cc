#include "tests/benchmark/server_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/check.h"

namespace cache_invalidation {
namespace {

std::string ReadLine(int descriptor) {
  std::string line;
  char c = 0;
  while (read(descriptor, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

}  // namespace

ServerProcess::ServerProcess(const std::string& argument) {
  int input[2];
  int output[2];
  // Closed by exec, so that no other server keeps the input open.
  Check(pipe2(input, O_CLOEXEC) == 0, "there is a pipe");
  Check(pipe2(output, O_CLOEXEC) == 0, "there is a pipe");
  pid_ = fork();
  Check(pid_ >= 0, "there is a process");
  if (pid_ == 0) {
    dup2(input[0], STDIN_FILENO);
    dup2(output[1], STDOUT_FILENO);
    execl("/proc/self/exe", "benchmark", argument.c_str(), nullptr);
    std::_Exit(EXIT_FAILURE);
  }
  close(input[0]);
  close(output[1]);
  input_ = input[1];
  const std::string port = ReadLine(output[0]);
  close(output[0]);
  Check(!port.empty(), "the server serves");
  address_ = absl::StrCat("127.0.0.1:", port);
}

ServerProcess::~ServerProcess() {
  close(input_);
  waitpid(pid_, nullptr, 0);
}

absl::Duration ServerProcess::CpuTime() const {
  std::ifstream file(absl::StrCat("/proc/", pid_, "/stat"));
  const std::string text(std::istreambuf_iterator<char>(file), {});
  // The second field is a name in parentheses, which may hold anything; the third follows it.
  const std::vector<std::string> fields = absl::StrSplit(text.substr(text.rfind(')') + 2), ' ');
  int64_t user = 0;
  int64_t system = 0;
  Check(fields.size() > 12 && absl::SimpleAtoi(fields[11], &user) &&
            absl::SimpleAtoi(fields[12], &system),
        "the server runs");
  return absl::Seconds(static_cast<double>(user + system) /
                       static_cast<double>(sysconf(_SC_CLK_TCK)));
}

}  // namespace cache_invalidation
