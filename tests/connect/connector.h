// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_CONNECT_CONNECTOR_H_
#define CACHE_INVALIDATION_TESTS_CONNECT_CONNECTOR_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/support/program.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {

// What a connector follows, and whom it tells; or what it feeds.
struct ConnectorSetting {
  std::string connection = "";  // of libpq
  std::string endpoint;         // of the service
  std::string publication = "cache_invalidation";
  std::string slot = "cache_invalidation";
  std::string more = "";           // YAML, in `source`
  std::string more_postgres = "";  // YAML, in `source.postgres`
  std::string redis = "";          // YAML, in `sink`; then there is no source
  std::string http = "";           // YAML, in `sink.http`; then there is no source
};

// The program cache_invalidation_connect as operators run it, with a state file that lasts from
// one process to the next. For one thread.
class Connector {
 public:
  explicit Connector(ConnectorSetting setting) : setting_(std::move(setting)) {}

  // Starts a process. REQUIRES: none runs.
  void Start();
  // As Start; returns when it follows the log.
  void StartAndAwaitReady();
  void Kill();
  Ended Stop();

  // Block until it follows the log, or the service, or does not.
  void AwaitReady();
  void AwaitNotReady();

  // Blocks until everything before that position is reported.
  void AwaitTold(const std::string& lsn);

  // Returns what it shows on that page.
  std::string Page(const std::string& path) const;
  // Returns a metric, by its name and labels as in the page; -1 if there is none.
  double Metric(const std::string& name) const;
  // Blocks until a metric is at least that.
  void AwaitMetric(const std::string& name, double least);

  // Blocks until a sink has purged all that it heard of, repetitions included.
  void AwaitSinkIdle();

  // Runs `check` with these flags.
  Ended Check(const std::vector<std::string>& flags = {});

  std::string state_file() const { return directory_.path() + "/state"; }
  Program& program() { return *program_; }
  ConnectorSetting& setting() { return setting_; }

 private:
  std::string WriteConfig() const;

  ConnectorSetting setting_;
  const TemporaryDirectory directory_;
  std::unique_ptr<Program> program_;
  int http_port_ = 0;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_CONNECT_CONNECTOR_H_
