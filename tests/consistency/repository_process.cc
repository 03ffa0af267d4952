// SPDX-License-Identifier: Apache-2.0

// One of several processes over one database: a thread that writes users, and two that read the
// users of all processes through caches, one of them in all ways but GetOrLoad alone. Runs until
// its input ends; then writes what it observed.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "common/check.h"
#include "common/clock.h"
#include "examples/user_repository/user_repository.h"
#include "tests/consistency/observation.h"
#include "tests/consistency/users.h"
#include "tests/consistency/verb_reader.h"
#include "tests/support/pause.h"

ABSL_FLAG(std::string, endpoint, "", "Of the service.");
ABSL_FLAG(std::string, database, "", "The file of the database.");
ABSL_FLAG(std::string, observations, "", "The file to write.");
ABSL_FLAG(int, number, 0, "Of this process: it writes the users whose id begins with it.");
ABSL_FLAG(int, processes, 1, "How many processes there are.");
ABSL_FLAG(absl::Duration, lease, absl::Seconds(1), "Of its caches.");
ABSL_FLAG(absl::Duration, stale_for, absl::Milliseconds(500),
          "For how long readers accept values.");
ABSL_FLAG(bool, outage, false,
          "Whether readers load each user only once, and live on stale values.");
ABSL_FLAG(bool, wait, true, "Whether writes wait for the caches.");
ABSL_FLAG(bool, tell, true, "Whether the service is told of writes. False: a bug to be found.");

namespace cache_invalidation::consistency {
namespace {

using client::Client;
using client::ClientOptions;
using client::MakeConnection;

// Readers let others run now and then: the machine is small, and writers are to get on.
constexpr int kReadsInARow = 100;
constexpr absl::Duration kRest = absl::Milliseconds(2);

Database Open() {
  absl::StatusOr<Database> database = Database::Open(absl::GetFlag(FLAGS_database));
  Check(database.ok(), "the database can be opened");
  return *std::move(database);
}

class Process {
 public:
  Process()
      : client_(MakeConnection(absl::GetFlag(FLAGS_endpoint), {.deadline = absl::Minutes(1)})) {}

  Observations Run() {
    std::thread writer(&Process::Write, this);
    std::thread reader(&Process::Read, this);
    std::thread verb_reader(&Process::ReadInOtherWays, this);
    std::cout << "running" << std::endl;
    std::cin.ignore(std::numeric_limits<std::streamsize>::max());
    stopped_ = true;
    writer.join();
    reader.join();
    verb_reader.join();
    std::move(verb_reads_.begin(), verb_reads_.end(), std::back_inserter(reads_));
    return {.writes = std::move(writes_), .reads = std::move(reads_)};
  }

 private:
  UserRepository Repository(const char* role) const {
    return UserRepository(Open(), client_,
                          {.cache = {.name = absl::StrCat(role, " ", absl::GetFlag(FLAGS_number)),
                                     .lease = absl::GetFlag(FLAGS_lease)},
                           .wait_for_caches = absl::GetFlag(FLAGS_wait)});
  }

  void Write() {
    UserRepository repository = Repository("writer");
    Database untold = Open();
    std::mt19937 random(absl::GetFlag(FLAGS_number));
    for (uint64_t version = 1; !stopped_; ++version) {
      const int number = absl::GetFlag(FLAGS_number);
      const User user = {.id = UserId(number, static_cast<int>(random() % kUsersOfAProcess)),
                         .name = absl::StrCat(version),
                         .tenant = "all"};
      const bool tell = absl::GetFlag(FLAGS_tell);
      const absl::Status status =
          tell
              ? repository.Update(user)
              : untold.Run("UPDATE users SET name = ? WHERE id = ?", {user.name, user.id}).status();
      const Promise promise = !status.ok()                ? Promise::kNone
                              : absl::GetFlag(FLAGS_wait) ? Promise::kNowhereLeft
                                                          : Promise::kTold;
      writes_.push_back({user.id, version, promise, clock_.Monotonic()});
    }
  }

  void Read() {
    UserRepository repository = Repository("reader");
    std::mt19937 random(1000 + absl::GetFlag(FLAGS_number));
    std::map<std::string, Reads> current;
    for (int reads_in_a_row = 0; !stopped_; ++reads_in_a_row) {
      if (reads_in_a_row % kReadsInARow == 0) Pause(kRest);
      const std::string id = UserId(static_cast<int>(random() % absl::GetFlag(FLAGS_processes)),
                                    static_cast<int>(random() % kUsersOfAProcess));
      const absl::Duration begun = clock_.Monotonic();
      const absl::StatusOr<User> user = repository.Find(id);
      Check(user.ok(), "a user who is there is found");
      uint64_t version = 0;
      Check(absl::SimpleAtoi(user->name, &version), "users are named after their version");
      Reads& reads = current[id];
      if (reads.count > 0 && reads.version != version) reads_.push_back(std::exchange(reads, {}));
      reads = {id, version, reads.count + 1, begun};
    }
    for (auto& [id, reads] : current) reads_.push_back(std::move(reads));
    const client::CacheStatistics statistics = repository.CacheStatistics();
    std::cout << "hits " << statistics.hits << " loads " << statistics.loads << " refused "
              << statistics.refused_fills << " fenced_ms "
              << absl::ToInt64Milliseconds(statistics.fenced_time) << std::endl;
  }

  void ReadInOtherWays() {
    VerbReader reader(client_, {.name = absl::StrCat("verbs ", absl::GetFlag(FLAGS_number)),
                                .database = absl::GetFlag(FLAGS_database),
                                .lease = absl::GetFlag(FLAGS_lease),
                                .stale_for = absl::GetFlag(FLAGS_stale_for),
                                .outage = absl::GetFlag(FLAGS_outage)});
    std::mt19937 random(2000 + absl::GetFlag(FLAGS_number));
    std::map<std::pair<std::string, bool>, Reads> current;
    uint64_t stale = 0;
    for (int reads_in_a_row = 0; !stopped_; ++reads_in_a_row) {
      if (reads_in_a_row % kReadsInARow == 0) Pause(kRest);
      const absl::Duration begun = clock_.Monotonic();
      for (const VerbReader::Seen& seen : reader.Read(random, absl::GetFlag(FLAGS_processes))) {
        stale += seen.is_stale ? 1 : 0;
        Reads& reads = current[{seen.id, seen.is_stale}];
        if (reads.count > 0 && reads.version != seen.version) {
          verb_reads_.push_back(std::exchange(reads, {}));
        }
        reads = {seen.id, seen.version, reads.count + 1, begun, seen.is_stale};
      }
    }
    for (auto& [id, reads] : current) verb_reads_.push_back(std::move(reads));
    std::cout << "stale " << stale << " refreshes " << reader.Statistics().refreshes << std::endl;
  }

  const RealClock clock_;
  const Client client_;
  std::atomic<bool> stopped_ = false;
  std::vector<consistency::Write> writes_;  // of the writing thread
  std::vector<Reads> reads_;                // of the reading one
  std::vector<Reads> verb_reads_;           // of the other reading one
};

}  // namespace
}  // namespace cache_invalidation::consistency

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const auto observations = cache_invalidation::consistency::Process().Run();
  std::ofstream file(absl::GetFlag(FLAGS_observations));
  cache_invalidation::consistency::WriteLines(observations, file);
  return file.good() ? 0 : 1;
}
