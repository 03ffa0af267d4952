// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_BACKUP_BACKUP_TEST_H_
#define CACHE_INVALIDATION_TESTS_BACKUP_BACKUP_TEST_H_

#include <memory>
#include <string>
#include <vector>

#include "grpcpp/channel.h"
#include "gtest/gtest.h"
#include "tests/support/program.h"
#include "tests/support/running_server.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation {

// Runs the server and cachectl as operators do, on directories that outlive both.
class BackupTest : public ::testing::Test {
 protected:
  BackupTest();

  // The path of something in the directory of the test.
  std::string In(const std::string& name) const { return directory_.path() + "/" + name; }
  std::string data() const { return In("data"); }
  std::string backup() const { return In("backup"); }

  // Starts a server on that data directory, with more flags. Fails the test if it does not serve.
  void Start(const std::string& data_dir, const std::vector<std::string>& more_flags = {});
  void Stop();
  void Kill();
  RunningServer& server() { return *server_; }
  std::string endpoint() const;
  std::shared_ptr<grpc::Channel> Channel() const;

  // Runs cachectl to its end; with Ok, successfully, and returns its output.
  Ended Run(const std::vector<std::string>& arguments) const;
  std::string Ok(const std::vector<std::string>& arguments) const;

  // Writes rows with long ids, so that the store has about that many megabytes. Returns how many
  // there are then.
  int Fill(int megabytes);

 private:
  const TemporaryDirectory directory_;
  std::unique_ptr<RunningServer> server_;
  int filled_ = 0;
};

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BACKUP_BACKUP_TEST_H_
