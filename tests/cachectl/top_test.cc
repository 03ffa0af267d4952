// SPDX-License-Identifier: Apache-2.0

// top: what happens, again and again.

#include <csignal>
#include <string>

#include "tests/cachectl/cachectl_test.h"

namespace cache_invalidation {
namespace {

TEST_F(CachectlTest, TopShowsRatesOnce) {
  Ok({"rule", "register", "r", "--trigger", "user", "--invalidate", "page"});
  Ok({"entry", "track", "k", "--tag", "t"});
  Ok({"-n", "shop", "write", "user", "1"});
  Ok({"write", "user", "1"});
  const std::string out = Ok({"top", "--once", "--interval", "100ms"});
  EXPECT_EQ(out.rfind(endpoint() + "  20", 0), 0u) << out;
  EXPECT_NE(out.find("  every 100ms\n\nNAMESPACE  INVALIDATIONS/S"), std::string::npos) << out;
  EXPECT_NE(out.find("\ndefault                0.0       0.0        0.0        1"),
            std::string::npos)
      << out;
  EXPECT_NE(out.find("\nshop "), std::string::npos) << out;
  EXPECT_NE(out.find("\nr     default        0.0           1       0\n"), std::string::npos) << out;
  EXPECT_EQ(out.find('\x1b'), std::string::npos) << "this is no terminal";
  const std::string one = Ok({"-n", "shop", "top", "--once", "--interval", "100ms"});
  EXPECT_EQ(one.find("\ndefault "), std::string::npos) << one;
}

TEST_F(CachectlTest, TopShowsSubscribersAndEndsAtAnInterrupt) {
  Program watch(CommandLine({"watch", "--name", "cache", "-o", "json"}));
  watch.ReadErrorLine();
  Ok({"write", "user", "1"});
  Program top(CommandLine({"top", "--interval", "100ms"}));
  for (int lines = 0; lines < 1000; ++lines) {
    if (top.ReadLine().rfind("SUBSCRIBER ", 0) == 0) break;
  }
  EXPECT_EQ(top.ReadLine().rfind("cache ", 0), 0u);
  top.Signal(SIGINT);
  EXPECT_EQ(top.Wait().code, 130);
}

TEST_F(CachectlTest, TopCountsItsFrames) {
  const std::string out = Ok({"top", "--count", "2", "--interval", "100ms"});
  const std::string header = "  every 100ms\n";
  const size_t first = out.find(header);
  ASSERT_NE(first, std::string::npos);
  const size_t second = out.find(header, first + 1);
  ASSERT_NE(second, std::string::npos);
  EXPECT_EQ(out.find(header, second + 1), std::string::npos);
}

TEST_F(CachectlTest, TopRefusesWhatItCannotDo) {
  EXPECT_EQ(Run({"top", "--interval", "1ms"}).code, 2);
  EXPECT_EQ(Run({"top", "-o", "json"}).code, 2);
  EXPECT_EQ(Run({"top", "--once", "--count", "2"}).code, 2);
  EXPECT_EQ(Run({"top", "--count", "0"}).code, 2);
  EXPECT_EQ(RunProgram({kProgram, "-e", "127.0.0.1:1", "--timeout", "300ms", "top", "--once"}).code,
            6);
}

TEST_F(CachectlTest, TopGoesOnWithoutAService) {
  Program top({kProgram, "-e", "127.0.0.1:1", "--timeout", "100ms", "top", "--interval", "100ms"});
  int shown = 0;
  for (int lines = 0; lines < 1000 && shown < 2; ++lines) {
    shown += top.ReadLine().find("; trying again") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(shown, 2);
  top.Signal(SIGINT);
  EXPECT_EQ(top.Wait().code, 130);
}

}  // namespace
}  // namespace cache_invalidation
