// SPDX-License-Identifier: Apache-2.0

#include "tests/connect/varnish.h"

#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "common/check.h"
#include "tests/support/http_get.h"
#include "tests/support/pause.h"

namespace cache_invalidation {
namespace {

constexpr absl::Duration kLookAgain = absl::Milliseconds(10);

std::string CurrentDirectory() {
  char path[4096] = "";
  Check(getcwd(path, sizeof(path)) != nullptr, "there is a current directory");
  return path;
}

}  // namespace

Varnish::Varnish(int origin_port, const std::string& purgers, const std::string& more)
    : vcl_(WriteVcl(origin_port, purgers, more)) {
  Start();
}

void Varnish::Start() {
  program_ = std::make_unique<Program>(std::vector<std::string>{
      "/usr/sbin/varnishd", "-F", "-j", "none", "-a", absl::StrCat("127.0.0.1:", port_), "-f", vcl_,
      "-n", directory_.path() + "/work", "-s", "malloc,16m"});
  // It compiles the VCL first.
  while (true) {
    const Ended ended = RunProgram(
        {"/usr/bin/varnishadm", "-n", directory_.path() + "/work", "debug.listen_address"});
    const std::vector<std::string> words = absl::StrSplit(ended.out, absl::ByAnyChar(" \n"));
    if (ended.code == 0 && words.size() >= 3 && absl::SimpleAtoi(words[2], &port_)) return;
    Pause(kLookAgain);
  }
}

void Varnish::Kill() {
  // The worker has the port, and would end by itself a moment later.
  const std::vector<pid_t> workers = ChildrenOf(program_->pid(), "cache-main");
  program_->Signal(SIGKILL);
  for (const pid_t worker : workers) kill(worker, SIGKILL);
  program_->Wait();  // for all that have its output
}

std::string Varnish::WriteVcl(int origin_port, const std::string& purgers,
                              const std::string& more) const {
  const std::string path = directory_.path() + "/test.vcl";
  std::ofstream file(path);
  file << "vcl 4.1;\n"
       << "acl cache_invalidation_purgers { " << purgers << "; }\n"
       << "include \"" << CurrentDirectory() << "/examples/varnish/cache_invalidation.vcl\";\n"
       << "backend origin { .host = \"127.0.0.1\"; .port = \"" << origin_port << "\"; }\n"
       << more;
  file.close();
  Check(!file.fail(), "a VCL can be written");
  return path;
}

std::string Varnish::url() const { return absl::StrCat("http://127.0.0.1:", port_, "/"); }

std::string Varnish::Get(const std::string& path) const {
  return testing::HttpGet(port_, path).body;
}

void Varnish::Await(const std::string& path, const std::string& body) const {
  while (Get(path) != body) Pause(kLookAgain);
}

}  // namespace cache_invalidation
