#include "server/access/audit_log.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
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

class AuditLogTest : public testing::Test {
 protected:
  AuditLogTest() : log_(*AuditLog::Open(path_, clock_, observer_)) {}

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
  EXPECT_EQ(Contents(path_),
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
  const std::string before = Contents(path_);
  EXPECT_EQ(std::count(before.begin(), before.end(), '\n'), 10);
  log_->WriteCall({});
  EXPECT_TRUE(absl::EndsWith(Contents(path_), "\"event\":\"call\",\"outcome\":\"OK\"}\n"))
      << "calls that change something are never left out";
  clock_.Advance(absl::Seconds(1));
  log_->WriteDenied(denied);
  EXPECT_TRUE(absl::EndsWith(Contents(path_), "\"message\":\"no\",\"left_out_before\":990}\n"));
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
  for (const absl::string_view line : absl::StrSplit(Contents(path_), '\n', absl::SkipEmpty())) {
    EXPECT_LT(line.size(), 4'096u);
    EXPECT_TRUE(absl::StrContains(line, "\"more_changes\":1997")) << line;
  }
}

TEST_F(AuditLogTest, AppendsAndIsReopened) {
  log_->WriteCall({});
  const std::string moved = path_ + ".1";
  ASSERT_EQ(std::rename(path_.c_str(), moved.c_str()), 0);
  log_->WriteCall({});
  EXPECT_TRUE(log_->Reopen().ok());
  log_->WriteCall({});
  const auto again = AuditLog::Open(path_, clock_, observer_);
  (*again)->WriteCall({});
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

TEST_F(AuditLogTest, CountsLinesThatAreLost) {
  const auto full = AuditLog::Open("/dev/full", clock_, observer_);
  ASSERT_TRUE(full.ok()) << full.status();
  (*full)->WriteCall({});
  (*full)->WriteCall({});
  EXPECT_EQ(observer_.lost_lines, 2);
}

}  // namespace
}  // namespace cache_invalidation::access
