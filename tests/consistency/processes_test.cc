// SPDX-License-Identifier: Apache-2.0

// Several processes with a cache each over one database, while the service dies and returns, and
// processes, networks and the service are suspended: no process reads a value older than
// guaranteed.

#include <csignal>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/testing/flaky_proxy.h"
#include "examples/user_repository/database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/consistency/audit.h"
#include "tests/consistency/observation.h"
#include "tests/consistency/users.h"
#include "tests/support/mortal_server.h"
#include "tests/support/pause.h"
#include "tests/support/program.h"
#include "tests/support/temporary_directory.h"

ABSL_FLAG(int, faults, 12, "How much goes wrong.");
ABSL_FLAG(uint32_t, seed, 0, "Of everything that is random. 0: another one each time.");

namespace cache_invalidation::consistency {
namespace {

using client::FlakyProxy;
using testing::IsEmpty;
using testing::Not;

constexpr int kProcesses = 4;
constexpr absl::Duration kLease = absl::Seconds(1);
constexpr absl::Duration kStaleFor = absl::Milliseconds(500);
// Standing still for so long, a process or a network outlives the lease, or does not.
constexpr int kLongestStandstillMilliseconds = 1800;
constexpr int kLongestPeaceMilliseconds = 600;

class Processes {
 public:
  // `flags`: of each process (repository_process.cc).
  explicit Processes(const std::vector<std::string>& flags) {
    CreateUsers();
    for (int number = 0; number < kProcesses; ++number) {
      networks_.push_back(std::make_unique<FlakyProxy>(server_.proxy().port()));
      std::vector<std::string> command = {
          "tests/consistency/repository_process",
          "--endpoint=" + networks_.back()->endpoint(),
          "--database=" + database_,
          "--observations=" + ObservationsFile(number),
          absl::StrCat("--number=", number),
          absl::StrCat("--processes=", kProcesses),
          "--lease=" + absl::FormatDuration(kLease),
          "--stale_for=" + absl::FormatDuration(kStaleFor),
      };
      command.insert(command.end(), flags.begin(), flags.end());
      programs_.push_back(std::make_unique<Program>(command));
    }
    for (const auto& program : programs_) EXPECT_EQ(program->ReadLine(), "running");
  }

  // Something goes wrong, and is well again when this returns.
  void Fault(std::mt19937& random) {
    Program& program = *programs_[random() % kProcesses];
    FlakyProxy& network = *networks_[random() % kProcesses];
    const absl::Duration standstill = absl::Milliseconds(random() % kLongestStandstillMilliseconds);
    switch (random() % 5) {
      case 0:
        server_.Kill();
        if (random() % 2 == 0) Pause(standstill);
        server_.Start();
        break;
      case 1:
        program.Signal(SIGSTOP);
        Pause(standstill);
        program.Signal(SIGCONT);
        break;
      case 2:
        network.Freeze(true);
        Pause(standstill);
        network.Freeze(false);
        break;
      case 3:
        network.DropConnections();
        break;
      default:
        server_.Signal(SIGSTOP);
        Pause(standstill);
        server_.Signal(SIGCONT);
        break;
    }
  }

  // Ends the processes, and answers what each observed.
  std::vector<Observations> Finish() {
    std::vector<Observations> all;
    for (const auto& program : programs_) program->Feed("");
    for (int number = 0; number < kProcesses; ++number) {
      const Ended ended = programs_[number]->Wait();
      EXPECT_EQ(ended.code, 0) << ended.err;
      std::ifstream file(ObservationsFile(number));
      all.push_back(ReadLines(file));
      uint64_t reads = 0;
      for (const Reads& run : all.back().reads) reads += run.count;
      std::cout << "process " << number << ": " << all.back().writes.size() << " writes, " << reads
                << " reads, " << ended.out;
    }
    return all;
  }

 private:
  std::string ObservationsFile(int number) const {
    return absl::StrCat(directory_.path(), "/observations.", number);
  }

  void CreateUsers() const {
    absl::StatusOr<Database> database = Database::Open(database_);
    ASSERT_TRUE(database.ok()) << database.status();
    ASSERT_TRUE(
        database->Run("CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT, tenant TEXT)").ok());
    for (int process = 0; process < kProcesses; ++process) {
      for (int user = 0; user < kUsersOfAProcess; ++user) {
        ASSERT_TRUE(
            database->Run("INSERT INTO users VALUES (?, '0', 'all')", {UserId(process, user)})
                .ok());
      }
    }
  }

  const TemporaryDirectory directory_;
  const std::string database_ = directory_.path() + "/users.db";
  // Nobody was here before: a first start does not have to wait for leases.
  MortalServer server_{
      {"--heartbeat=200ms", "--longest_earlier_lease=" + absl::FormatDuration(kLease)}};
  std::vector<std::unique_ptr<FlakyProxy>> networks_;
  std::vector<std::unique_ptr<Program>> programs_;
};

std::mt19937 SeededRandom() {
  const uint32_t given = absl::GetFlag(FLAGS_seed);
  const uint32_t seed = given != 0 ? given : std::random_device()();
  std::cout << "--seed=" << seed << std::endl;
  return std::mt19937(seed);
}

// Faults, and a moment of peace after each; then the audit.
std::vector<std::string> StaleReadsUnderFaults(const std::vector<std::string>& flags) {
  std::mt19937 random = SeededRandom();
  Processes processes(flags);
  for (int fault = 0; fault < absl::GetFlag(FLAGS_faults); ++fault) {
    Pause(absl::Milliseconds(random() % kLongestPeaceMilliseconds));
    processes.Fault(random);
  }
  return StaleReads(processes.Finish(), kLease, kStaleFor);
}

TEST(ProcessesTest, AfterAWriteThatWaitedNobodyReadsWhatWasThereBefore) {
  EXPECT_THAT(StaleReadsUnderFaults({"--wait"}), IsEmpty());
}

TEST(ProcessesTest, AfterTheLeaseNobodyReadsWhatWasThereBeforeAWrite) {
  EXPECT_THAT(StaleReadsUnderFaults({"--nowait"}), IsEmpty());
}

TEST(ProcessesTest, WhoLivesOnStaleValuesDoesSoForSoLong) {
  EXPECT_THAT(StaleReadsUnderFaults({"--wait", "--outage"}), IsEmpty());
}

TEST(ProcessesTest, ValuesThatAreStaleForLongerAreFound) {
  Processes processes({"--wait", "--outage", "--stale_for=1h"});
  Pause(6 * kStaleFor);
  EXPECT_THAT(StaleReads(processes.Finish(), kLease, kStaleFor), Not(IsEmpty()));
}

TEST(ProcessesTest, WritesThatNobodyTellsAreFound) {
  Processes processes({"--nowait", "--notell"});
  Pause(3 * kLease);
  EXPECT_THAT(StaleReads(processes.Finish(), kLease, kStaleFor), Not(IsEmpty()));
}

}  // namespace
}  // namespace cache_invalidation::consistency
