// SPDX-License-Identifier: Apache-2.0

// The command line itself: usage, environment, exit codes, completion.

#include <string>

#include "client/version.h"
#include "tests/cachectl/cachectl_test.h"

namespace cache_invalidation {
namespace {

TEST_F(CachectlTest, HelpIsNoError) {
  const Ended help = Run({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_NE(help.out.find("Exit codes:"), std::string::npos);
  EXPECT_EQ(Run({"rule", "register", "--help"}).code, 0);
}

TEST_F(CachectlTest, NamesItsVersion) {
  const Ended version = Run({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_EQ(version.out, "cachectl " + std::string(client::ClientVersion()) + "\n");
}

TEST_F(CachectlTest, AWrongCommandLineIsAUsageError) {
  for (const Strings& arguments : std::vector<Strings>{
           {},
           {"nonsense"},
           {"rule"},
           {"rule", "register"},
           {"rule", "register", "r", "--trigger", "t", "--strategy", "sometimes"},
           {"rule", "list", "--nonsense"},
           {"batch", "delay", "soon"},
           {"stats", "-o", "xml"},
           {"watch", "--epoch", "e"},
           {"ingest", "--format", "xml", "-"},
       }) {
    const Ended ended = Run(arguments);
    EXPECT_EQ(ended.code, 2) << (arguments.empty() ? "" : arguments.front());
    EXPECT_EQ(ended.out, "");
    EXPECT_NE(ended.err, "");
  }
}

TEST_F(CachectlTest, HalfAPositionIsAUsageErrorThatNamesTheOtherHalf) {
  for (const Strings& command : std::vector<Strings>{{"entry", "track", "k"},
                                                     {"entry", "validate", "k"},
                                                     {"dependency", "add", "k", "name"}}) {
    const auto run = [&](const Strings& flags) {
      Strings arguments = command;
      arguments.insert(arguments.end(), flags.begin(), flags.end());
      return Run(arguments);
    };
    const Ended no_epoch = run({"--revision", "0"});
    EXPECT_EQ(no_epoch.code, 2) << command[0];
    EXPECT_NE(no_epoch.err.find("--revision requires --epoch"), std::string::npos) << no_epoch.err;
    const Ended no_revision = run({"--epoch", "e"});
    EXPECT_EQ(no_revision.code, 2) << command[0];
    EXPECT_NE(no_revision.err.find("--revision"), std::string::npos) << no_revision.err;
    const Ended empty = run({"--epoch", "", "--revision", "0"});
    EXPECT_EQ(empty.code, 2) << command[0];
    EXPECT_NE(empty.err.find("--epoch: expected"), std::string::npos) << empty.err;
  }
  const Ended watch = Run({"watch", "--epoch", "e"});
  EXPECT_EQ(watch.code, 2);
  EXPECT_NE(watch.err.find("--epoch requires --from-revision"), std::string::npos) << watch.err;
  const Ended empty = Run({"watch", "--epoch", "", "--from-revision", "0"});
  EXPECT_EQ(empty.code, 2);
  EXPECT_NE(empty.err.find("--epoch: expected"), std::string::npos) << empty.err;
}

TEST_F(CachectlTest, ErrorsNameTheirCode) {
  const Ended ended = Run({"rule", "get", "r"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ(ended.err.substr(0, 21), "cachectl: NOT_FOUND: ");
}

TEST_F(CachectlTest, AMalformedConditionIsABadArgument) {
  const Ended ended = Run({"rule", "register", "r", "--trigger", "t", "--invalidate", "x",
                           "--condition", "operation = \"delete\""});
  EXPECT_EQ(ended.code, 2) << ended.err;
  EXPECT_EQ(ended.err.find("cachectl: INVALID_ARGUMENT: rule.condition: line 1, column 11"), 0u)
      << ended.err;
}

TEST_F(CachectlTest, AServiceThatIsNotThereIsUnavailable) {
  const Ended ended =
      RunProgram({kProgram, "--endpoint", "127.0.0.1:1", "--timeout", "200ms", "stats"});
  EXPECT_EQ(ended.code, 6);
  EXPECT_EQ(ended.err.substr(0, 23), "cachectl: UNAVAILABLE: ");
}

TEST_F(CachectlTest, TheEnvironmentNamesTheService) {
  EXPECT_EQ(RunProgram({kProgram, "stats"}, "", {"CACHE_INVALIDATION_ENDPOINT=" + endpoint()}).code,
            0);
  const Ended elsewhere = RunProgram(
      {kProgram, "stats"}, "",
      {"CACHE_INVALIDATION_ENDPOINT=" + endpoint(), "CACHE_INVALIDATION_NAMESPACE=No Such Name"});
  EXPECT_EQ(elsewhere.code, 2);
}

// What bash would offer for a command line whose last word is being typed.
std::string Offered(const std::string& script, const std::string& line) {
  const Ended ended = RunProgram({"bash", "--norc"}, script + "\nCOMP_WORDS=(" + line + ")\n" +
                                                         "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n" +
                                                         "_cachectl\necho \"${COMPREPLY[*]}\"\n");
  EXPECT_EQ(ended.code, 0) << ended.err;
  return ended.out;
}

TEST_F(CachectlTest, BashCompletes) {
  const std::string script = Ok({"completion", "bash"});
  EXPECT_EQ(Offered(script, "cachectl rul"), "rule\n");
  EXPECT_EQ(Offered(script, "cachectl rule reg"), "register\n");
  EXPECT_EQ(Offered(script, "cachectl -n shop rule register r --str"), "--strategy\n");
  EXPECT_EQ(Offered(script, "cachectl rule register r --strategy ''"),
            "immediate batched lazy cascade\n");
  EXPECT_EQ(Offered(script, "cachectl stats --output j"), "json\n");
  EXPECT_EQ(Offered(script, "cachectl batch ''").substr(0, 20), "schedule flush delay");
}

TEST_F(CachectlTest, OtherShellsHaveScriptsToo) {
  const std::string zsh = Ok({"completion", "zsh"});
  EXPECT_EQ(zsh.substr(0, 17), "#compdef cachectl");
  EXPECT_NE(zsh.find("'register:Adds or replaces a rule'"), std::string::npos);
  const std::string fish = Ok({"completion", "fish"});
  EXPECT_NE(fish.find("complete -c cachectl -n \"__cachectl_at 'rule'\" -f -a register"),
            std::string::npos);
  EXPECT_EQ(Run({"completion", "tcsh"}).code, 2);
}

}  // namespace
}  // namespace cache_invalidation
