// SPDX-License-Identifier: Apache-2.0

#include "server/access/audit_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/standard_error.h"
#include "gtest/gtest.h"
#include "server/access/testing/counting_observer.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/temporary_directory.h"

namespace cache_invalidation::access {
namespace {

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// The number in the line that follows this text; 0 if the text is not there.
int NumberAfter(absl::string_view text, absl::string_view line) {
  const size_t at = line.find(text);
  return at == line.npos ? 0 : std::atoi(std::string(line.substr(at + text.size())).c_str());
}

constexpr absl::Duration kLong = absl::Seconds(30);

class AuditLogTest : public testing::Test {
 protected:
  AuditLogTest() : log_(*AuditLog::Open(path_, clock_, observer_)) {}

  // What the log has written to its file.
  std::string Written() const {
    EXPECT_TRUE(log_->AwaitWritten(kLong));
    return Contents(path_);
  }

  const TemporaryDirectory directory_;
  const std::string path_ = directory_.path() + "/audit.log";
  FakeClock clock_;
  CountingObserver observer_;
  const std::unique_ptr<AuditLog> log_;
};

TEST_F(AuditLogTest, WritesAnObjectPerLine) {
  log_->WriteCall({.principal = "ops \"team\"",
                   .peer = "ipv4:10.0.0.7:51234",
                   .method = "package.RuleService/RegisterRule",
                   .namespace_name = "shop",
                   .changes = {"rule a", "rule b"},
                   .outcome = absl::OkStatus()});
  clock_.Advance(absl::Milliseconds(1500));
  log_->WritePolicy(absl::InvalidArgumentError("line 3: wrong"));
  EXPECT_EQ(Written(),
            R"({"time":"2020-01-01T00:00:00.000Z","event":"call","principal":"ops \"team\"",)"
            R"("peer":"ipv4:10.0.0.7:51234","method":"package.RuleService/RegisterRule",)"
            R"("namespace":"shop","changes":["rule a","rule b"],"outcome":"OK"})"
            "\n"
            R"({"time":"2020-01-01T00:00:01.500Z","event":"policy","outcome":"INVALID_ARGUMENT",)"
            R"("message":"line 3: wrong"})"
            "\n");
}

TEST_F(AuditLogTest, AFloodOfDeniedCallsIsCutShortAndCounted) {
  const AuditRecord denied = {.outcome = absl::PermissionDeniedError("no")};
  for (int i = 0; i < 1000; ++i) log_->WriteDenied(denied);
  const std::string before = Written();
  EXPECT_EQ(std::count(before.begin(), before.end(), '\n'), 10);
  log_->WriteCall({});
  EXPECT_TRUE(absl::EndsWith(Written(), "\"event\":\"call\",\"outcome\":\"OK\"}\n"))
      << "calls that change something are never left out";
  clock_.Advance(absl::Seconds(1));
  log_->WriteDenied(denied);
  EXPECT_TRUE(absl::EndsWith(Written(), "\"message\":\"no\",\"left_out_before\":990}\n"));
}

TEST_F(AuditLogTest, LinesAreShort) {
  AuditRecord record = {.principal = std::string(256, '"'),
                        .peer = std::string(100, 'p'),
                        .method = std::string(100, 'm'),
                        .namespace_name = std::string(64, 'n'),
                        .changes = std::vector<std::string>(2000, std::string(256, '\\')),
                        .outcome = absl::InternalError(std::string(1000, '\x01'))};
  log_->WriteCall(record);
  record.outcome = absl::InternalError(absl::StrCat("a", std::string(1000, '\xC3')));
  log_->WriteCall(record);
  for (const absl::string_view line : absl::StrSplit(Written(), '\n', absl::SkipEmpty())) {
    EXPECT_LT(line.size(), 4'096u);
    EXPECT_TRUE(absl::StrContains(line, "\"more_changes\":1997")) << line;
  }
}

TEST_F(AuditLogTest, AppendsAndIsReopened) {
  log_->WriteCall({});
  EXPECT_TRUE(log_->AwaitWritten(kLong));
  const std::string moved = path_ + ".1";
  ASSERT_EQ(std::rename(path_.c_str(), moved.c_str()), 0);
  log_->WriteCall({});
  log_->Reopen();
  log_->WriteCall({});
  EXPECT_TRUE(log_->AwaitWritten(kLong));
  const auto again = AuditLog::Open(path_, clock_, observer_);
  (*again)->WriteCall({});
  EXPECT_TRUE((*again)->AwaitWritten(kLong));
  const std::string before = Contents(moved);
  const std::string after = Contents(path_);
  EXPECT_EQ(std::count(before.begin(), before.end(), '\n'), 2);
  EXPECT_EQ(std::count(after.begin(), after.end(), '\n'), 2);
}

TEST_F(AuditLogTest, SaysWhatCannotBeOpened) {
  const absl::Status status =
      AuditLog::Open(directory_.path() + "/missing/a", clock_, observer_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StartsWith(status.message(), "cannot open the audit log /")) << status;
}

TEST_F(AuditLogTest, KeepsTheFileIfThePathCannotBeOpenedAgain) {
  const std::string directory = directory_.path() + "/logs";
  ASSERT_EQ(mkdir(directory.c_str(), 0700), 0);
  std::vector<std::string> problems;
  auto log = *AuditLog::Open(directory + "/audit.log", clock_, observer_,
                             [&](absl::string_view problem) { problems.emplace_back(problem); });
  const std::string moved = directory_.path() + "/moved";
  ASSERT_EQ(std::rename(directory.c_str(), moved.c_str()), 0);
  log->Reopen();
  log->WriteCall({});
  log.reset();
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_TRUE(absl::StartsWith(problems[0], "cannot open the audit log /")) << problems[0];
  EXPECT_TRUE(absl::StrContains(Contents(moved + "/audit.log"), "\"event\":\"call\""));
}

TEST_F(AuditLogTest, CountsLinesThatAreLost) {
  std::vector<std::string> problems;
  const auto full = AuditLog::Open("/dev/full", clock_, observer_, [&](absl::string_view problem) {
    problems.emplace_back(problem);
  });
  ASSERT_TRUE(full.ok()) << full.status();
  (*full)->WriteCall({});
  (*full)->WriteCall({});
  EXPECT_TRUE((*full)->AwaitWritten(kLong));
  EXPECT_EQ(observer_.lost_lines, 2);
  EXPECT_EQ(problems, std::vector<std::string>{"the audit log /dev/full cannot be written"});
}

// A pipe whose reader does not read for now: as a disk that hangs.
class StuckAuditLogTest : public testing::Test {
 protected:
  StuckAuditLogTest() {
    IgnoreClosedPipes();
    EXPECT_EQ(mkfifo(path_.c_str(), 0600), 0);
    reader_ = open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    EXPECT_GE(reader_, 0);
    log_ = *AuditLog::Open(path_, clock_, observer_,
                           [&](absl::string_view problem) { problems_.emplace_back(problem); });
  }
  ~StuckAuditLogTest() override { close(reader_); }

  // Writes until lines are lost. Returns how many it wrote.
  int WriteUntilFull() {
    int lines = 0;
    for (; observer_.lost_lines == 0; ++lines) log_->WriteCall(Numbered(lines));
    return lines;
  }

  static AuditRecord Numbered(int number) {
    return {.namespace_name = std::string(2'000, 'n'), .changes = {absl::StrCat("rule ", number)}};
  }

  // Reads until the log has written everything.
  std::string ReadAll() {
    std::string text;
    bool done = false;
    while (!done) {
      done = log_->AwaitWritten(absl::ZeroDuration());  // looked at before the pipe is
      char bytes[65'536];
      for (ssize_t size = 0; (size = read(reader_, bytes, sizeof bytes)) > 0;) {
        text.append(bytes, size);
      }
    }
    return text;
  }

  const TemporaryDirectory directory_;
  const std::string path_ = directory_.path() + "/audit.log";
  FakeClock clock_;
  CountingObserver observer_;
  std::vector<std::string> problems_;
  int reader_ = -1;
  std::unique_ptr<AuditLog> log_;
};

TEST_F(StuckAuditLogTest, DelaysNobodyAndSaysWhatWasLost) {
  const int lines = WriteUntilFull();
  EXPECT_GT(lines, 400);
  log_->WriteDenied(Numbered(lines));
  std::string text = ReadAll();
  log_->WriteCall(Numbered(lines + 1));
  text += ReadAll();
  int next = 0;
  int lost = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const int number = NumberAfter("\"rule ", line);
    const int lost_before = NumberAfter(",\"lost_before\":", line);
    EXPECT_EQ(number, next + lost_before);
    next = number + 1;
    lost += lost_before;
  }
  EXPECT_EQ(next, lines + 2);
  EXPECT_GE(lost, 1);
  EXPECT_EQ(observer_.lost_lines, lost);
  EXPECT_EQ(problems_[0], absl::StrCat("the audit log ", path_, " takes its lines too slowly"));
}

TEST_F(StuckAuditLogTest, EndsAllTheSame) {
  WriteUntilFull();
  log_.reset();
  EXPECT_EQ(problems_.back(), absl::StrCat("the last lines of the audit log ", path_,
                                           " could not be written in time"));
}

}  // namespace
}  // namespace cache_invalidation::access
