// SPDX-License-Identifier: Apache-2.0

#include "tests/connect/connector.h"

#include <signal.h>

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/check.h"
#include "tests/support/http_get.h"
#include "tests/support/pause.h"

namespace cache_invalidation {
namespace {

constexpr char kProgram[] = "client/connect/cache_invalidation_connect";
constexpr absl::Duration kLookAgain = absl::Milliseconds(10);

}  // namespace

std::string Connector::WriteConfig() const {
  const std::string path = directory_.path() + "/connect.yaml";
  std::ofstream file(path);
  file << "service: {endpoint: '" << setting_.endpoint << "'}\n"
       << "http: {listen: '127.0.0.1:0'}\n";
  if (!setting_.redis.empty()) {
    file << "sink: {" << setting_.redis << "}\n";
    return path;
  }
  file << "state_file: '" << state_file() << "'\n";
  if (!setting_.http.empty()) {
    file << "sink:\n  http:\n" << setting_.http;
  } else {
    file << "source:\n  postgres:\n"
         << "    connection: \"" << setting_.connection << "\"\n"
         << "    publication: " << setting_.publication << "\n"
         << "    slot: " << setting_.slot << "\n"
         << "    allow_unbounded_wal: true\n"
         << setting_.more_postgres << setting_.more;
  }
  file.close();
  cache_invalidation::Check(!file.fail(), "a configuration can be written");
  return path;
}

void Connector::Start() {
  program_ =
      std::make_unique<Program>(std::vector<std::string>{kProgram, "run", "-f", WriteConfig()});
  std::string line;
  while (!absl::StrContains(line, "http_port=")) {
    line = program_->ReadErrorLine();
    cache_invalidation::Check(!line.empty(), "the connector starts");
  }
  const std::vector<std::string> parts = absl::StrSplit(line, "http_port=");
  cache_invalidation::Check(absl::SimpleAtoi(parts[1], &http_port_), "a port is a number");
}

void Connector::StartAndAwaitReady() {
  Start();
  AwaitReady();
}

void Connector::Kill() {
  program_->Signal(SIGKILL);
  program_->Wait();
}

Ended Connector::Stop() {
  program_->Signal(SIGTERM);
  return program_->Wait();
}

void Connector::AwaitReady() {
  while (testing::HttpGet(http_port_, "/readyz").status != 200) Pause(kLookAgain);
}

void Connector::AwaitNotReady() {
  while (testing::HttpGet(http_port_, "/readyz").status == 200) Pause(kLookAgain);
}

void Connector::AwaitTold(const std::string& lsn) {
  while (testing::HttpGet(http_port_, "/told?lsn=" + lsn).status != 200) Pause(kLookAgain);
}

std::string Connector::Page(const std::string& path) const {
  return testing::HttpGet(http_port_, path).body;
}

double Connector::Metric(const std::string& name) const {
  const std::string prefix = absl::StrCat("cache_invalidation_connect_", name, " ");
  const std::string page = Page("/metrics");
  for (const absl::string_view line : absl::StrSplit(page, '\n')) {
    double value = 0;
    if (absl::StartsWith(line, prefix) && absl::SimpleAtod(line.substr(prefix.size()), &value)) {
      return value;
    }
  }
  return -1;
}

void Connector::AwaitMetric(const std::string& name, double least) {
  while (Metric(name) < least) Pause(kLookAgain);
}

void Connector::AwaitSinkIdle() {
  const auto is_idle = [](absl::string_view page) {
    bool is_fed = false;
    for (const absl::string_view line : absl::StrSplit(page, '\n')) {
      for (const char* name : {"lag_revisions{", "pending_targets{", "repeated_targets{"}) {
        if (!absl::StartsWith(line, absl::StrCat("cache_invalidation_connect_sink_", name))) {
          continue;
        }
        is_fed = true;
        if (!absl::EndsWith(line, "} 0")) return false;
      }
    }
    return is_fed;
  };
  while (!is_idle(Page("/metrics"))) Pause(kLookAgain);
}

Ended Connector::Check(const std::vector<std::string>& flags) {
  std::vector<std::string> command = {kProgram, "check", "-f", WriteConfig()};
  command.insert(command.end(), flags.begin(), flags.end());
  return RunProgram(command);
}

}  // namespace cache_invalidation
