// SPDX-License-Identifier: Apache-2.0

#include "client/cachectl/report.h"

#include "gtest/gtest.h"

namespace cache_invalidation::cachectl {
namespace {

TEST(TableTest, AlignsColumns) {
  Table table({"NAME", ">COUNT", "WORDS"});
  table.Add({"a", "1", "x"});
  table.Add({"größer", "1000", ""});
  EXPECT_EQ(table.ToString(),
            "NAME    COUNT  WORDS\n"
            "a           1  x\n"
            "größer   1000\n");
}

TEST(TableTest, WithoutTitlesThereIsNoHeading) {
  Table table({"", ">"});
  table.Add({"rules", "12"});
  table.Add({"x", "3"});
  EXPECT_EQ(table.ToString(), "rules  12\nx       3\n");
}

TEST(CountedTest, OneIsNotMany) {
  EXPECT_EQ(Counted(0, "entry", "entries"), "0 entries");
  EXPECT_EQ(Counted(1, "entry", "entries"), "1 entry");
  EXPECT_EQ(Counted(2, "entry", "entries"), "2 entries");
}

TEST(ReportTest, IsRenderedAsAsked) {
  const Report report{R"({"a":[1]})", "text\n"};
  EXPECT_EQ(Render(report, OutputFormat::kTable), "text\n");
  EXPECT_EQ(Render(report, OutputFormat::kJson), "{\n  \"a\": [\n    1\n  ]\n}\n");
  EXPECT_EQ(Render(report, OutputFormat::kYaml), "a:\n  - 1\n");
}

TEST(HintTest, IsGivenWhereALongerTimeoutCanHelp) {
  const absl::Duration timeout = absl::Seconds(5);
  for (const absl::Status& status :
       {absl::UnavailableError("x"), absl::DeadlineExceededError("x")}) {
    EXPECT_EQ(HintOf(status, timeout, timeout).rfind("tried for 5s; ", 0), 0u);
    EXPECT_EQ(HintOf(status, absl::Seconds(1), timeout), "") << "nothing was tried for long";
  }
  EXPECT_EQ(HintOf(absl::NotFoundError("x"), timeout, timeout), "");
}

TEST(ExitCodeTest, FollowsTheStatus) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), ExitCode::kOk);
  EXPECT_EQ(ExitCodeOf(absl::InternalError("")), ExitCode::kError);
  EXPECT_EQ(ExitCodeOf(absl::UnknownError("")), ExitCode::kError);
  EXPECT_EQ(ExitCodeOf(absl::UnimplementedError("")), ExitCode::kError);
  EXPECT_EQ(ExitCodeOf(absl::InvalidArgumentError("")), ExitCode::kUsage);
  EXPECT_EQ(ExitCodeOf(absl::NotFoundError("")), ExitCode::kNotFound);
  EXPECT_EQ(ExitCodeOf(absl::FailedPreconditionError("")), ExitCode::kConflict);
  EXPECT_EQ(ExitCodeOf(absl::ResourceExhaustedError("")), ExitCode::kConflict);
  EXPECT_EQ(ExitCodeOf(absl::PermissionDeniedError("")), ExitCode::kPermission);
  EXPECT_EQ(ExitCodeOf(absl::UnauthenticatedError("")), ExitCode::kPermission);
  EXPECT_EQ(ExitCodeOf(absl::UnavailableError("")), ExitCode::kUnavailable);
  EXPECT_EQ(ExitCodeOf(absl::DeadlineExceededError("")), ExitCode::kUnavailable);
  EXPECT_EQ(Describe(absl::NotFoundError("no such rule")), "NOT_FOUND: no such rule");
}

}  // namespace
}  // namespace cache_invalidation::cachectl
