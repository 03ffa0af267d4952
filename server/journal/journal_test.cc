// SPDX-License-Identifier: Apache-2.0

#include "server/journal/journal.h"

#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"

namespace cache_invalidation::journal {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;

class JournalTest : public testing::Test {
 protected:
  void Begin(Level least) {
    journal_.emplace(Format::kText, least, clock_,
                     [this](absl::string_view line) { lines_.emplace_back(line); });
  }

  void Write(int times, Level level, const std::string& message) {
    for (int i = 0; i < times; ++i) journal_->Write({level, message});
  }

  std::vector<std::string> TakeLines() { return std::exchange(lines_, {}); }

  static constexpr int kMany = static_cast<int>(kLinesPerPeriod) + 5;

  FakeClock clock_;
  std::vector<std::string> lines_;
  std::optional<Journal> journal_;
};

TEST_F(JournalTest, LeavesOutLowerLevels) {
  Begin(Level::kWarning);
  EXPECT_FALSE(journal_->Takes(Level::kInfo));
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    Write(1, level, "m");
  }
  EXPECT_THAT(TakeLines(), ElementsAre(EndsWith("warning m"), EndsWith("error m")));
}

TEST_F(JournalTest, CountsWhatItLeavesOut) {
  Begin(Level::kInfo);
  Write(kMany, Level::kError, "flood");
  Write(1, Level::kInfo, "other");
  const std::vector<std::string> lines = TakeLines();
  ASSERT_EQ(lines.size(), kLinesPerPeriod + 1);
  EXPECT_THAT(lines.back(), EndsWith("info other")) << "no flood hides another kind";

  clock_.Advance(kLinePeriod);
  Write(1, Level::kInfo, "later");
  EXPECT_THAT(TakeLines(),
              ElementsAre(EndsWith("error lines left out lines=5: flood"), EndsWith("later")));
  Write(1, Level::kError, "flood");
  EXPECT_THAT(TakeLines(), ElementsAre(EndsWith("error flood"))) << "a new period";
}

TEST_F(JournalTest, TellsItsLastCountWhenTheProcessEnds) {
  Begin(Level::kInfo);
  Write(kMany, Level::kError, "flood");
  TakeLines();
  journal_->Flush();
  EXPECT_THAT(TakeLines(), ElementsAre(EndsWith("lines left out lines=5: flood")));
}

TEST_F(JournalTest, LeavesOutNoDebugLines) {
  Begin(Level::kDebug);
  Write(kMany, Level::kDebug, "all");
  EXPECT_EQ(TakeLines().size(), static_cast<size_t>(kMany));
  journal_->Flush();
  EXPECT_THAT(TakeLines(), IsEmpty());
}

}  // namespace
}  // namespace cache_invalidation::journal
