// SPDX-License-Identifier: Apache-2.0

// ingest: a recording of real database changes.

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/testing/flaky_proxy.h"
#include "tests/cachectl/cachectl_test.h"
#include "tests/support/local_server.h"
#include "tests/support/probe.h"
#include "tests/support/program.h"

namespace cache_invalidation {
namespace {

constexpr char kCapture[] = "tests/data/pgbench.wal2json.jsonl";

std::string Change(const std::string& action, const std::string& table, int id) {
  return R"({"action":")" + action + R"(","schema":"public","table":")" + table +
         R"(","columns":[{"name":"id","value":)" + std::to_string(id) +
         R"(}],"pk":[{"name":"id"}]})" + "\n";
}

// A transaction with one change, as PostgreSQL tells it with include-lsn.
std::string TransactionUpTo(const std::string& lsn, int id) {
  return "{\"action\":\"B\"}\n" + Change("I", "a", id) +
         R"({"action":"C","lsn":"0/0","nextlsn":")" + lsn + "\"}\n";
}

TEST_F(CachectlTest, IngestsARecording) {
  const std::string out = Ok({"ingest", "--format", "wal2json", kCapture});
  EXPECT_EQ(Field(out, "lines"), "1953");
  EXPECT_EQ(Field(out, "transactions"), "379");
  EXPECT_EQ(Field(out, "  without writes"), "3");
  EXPECT_EQ(Field(out, "writes"), "1201");
  EXPECT_EQ(Field(out, "revision"), "376");
  EXPECT_EQ(Field(Ok({"stats"}), "immediate"), "");
}

TEST_F(CachectlTest, ATransactionIsOneCommand) {
  const std::string input = "{\"action\":\"B\"}\n" + Change("I", "a", 1) + Change("I", "b", 2) +
                            "{\"action\":\"C\"}\n\n" + Change("I", "c", 3);
  EXPECT_EQ(Field(Ok({"ingest", "-"}, input), "revision"), "2");
  EXPECT_EQ(Without(", 20", '\n', Ok({"watch", "--from-revision", "0", "--until-revision", "2"})),
            "revision 1, write\n"
            "  evict  tag  a:#all  direct\n"
            "  evict  tag  a:1     direct\n"
            "  evict  tag  b:#all  direct\n"
            "  evict  tag  b:2     direct\n"
            "revision 2, write\n"
            "  evict  tag  c:#all  direct\n"
            "  evict  tag  c:3     direct\n");
}

TEST_F(CachectlTest, ATransactionOverTheLimitsConcernsItsTypes) {
  std::string input = "{\"action\":\"B\"}\n";
  for (int i = 0; i < 10'001; ++i) input += Change("I", "a", i);
  input += "{\"action\":\"C\"}\n";
  const std::string out = Ok({"ingest", "-"}, input);
  EXPECT_EQ(Field(out, "  sent widened"), "10001");
  EXPECT_EQ(Field(out, "invalidations"), "1");
  EXPECT_NE(Ok({"watch", "--from-revision", "0", "--until-revision", "1"}).find("tag  a  direct"),
            std::string::npos);
}

// wal2json writes no JSON for a type whose schema needs quotes. Every line of such a table is like
// this.
constexpr char kBrokenLine[] =
    R"({"action":"I","schema":"public","table":"b","columns":[{"name":"e","type":"My".role)"
    "\n";
constexpr char kBegin[] = "{\"action\":\"B\"}\n";
constexpr char kCommit[] = "{\"action\":\"C\"}\n";

TEST_F(CachectlTest, ALineThatCannotBeReadConcernsItsTable) {
  const Ended ended = Run(
      {"ingest", "-"}, kBegin + Change("I", "a", 1) + kBrokenLine + Change("I", "a", 2) + kCommit);
  EXPECT_EQ(ended.code, 0);
  EXPECT_NE(ended.err.find("-:3: column"), std::string::npos) << ended.err;
  EXPECT_EQ(Field(ended.out, "  unreadable"), "1");
  EXPECT_EQ(Without(", 20", '\n', Ok({"watch", "--from-revision", "0", "--until-revision", "1"})),
            "revision 1, write\n"
            "  evict  tag  a:#all  direct\n"
            "  evict  tag  a:1     direct\n"
            "  evict  tag  a:2     direct\n"
            "  evict  tag  b       direct (widened)\n");
}

TEST_F(CachectlTest, ALineThatNamesNoTableConcernsEverything) {
  const std::string out = Ok({"ingest", "-"}, "{\"action\":\n" + Change("I", "a", 1));
  EXPECT_EQ(Field(out, "  unreadable"), "1");
  EXPECT_EQ(Field(out, "revision"), "2");
  EXPECT_NE(Ok({"watch", "--from-revision", "0", "--until-revision", "1"}).find("everything"),
            std::string::npos);
}

// The rest of the log is missing, so this is an error; but what was read was committed.
TEST_F(CachectlTest, WhatIsBeforeATornLineIsTold) {
  for (const std::string& last :
       {std::string("{\"action\":\"I\",\"schema\":\"pub"), std::string(kBrokenLine)}) {
    const Ended ended = Run({"ingest", "-"}, kBegin + Change("I", "a", 1) + last);
    EXPECT_EQ(ended.code, 2);
    EXPECT_NE(ended.err.find("INVALID_ARGUMENT: -:3: column"), std::string::npos) << ended.err;
    EXPECT_EQ(Field(ended.out, "transactions"), "1") << ended.out;
  }
  EXPECT_EQ(Field(Ok({"ingest", "-"}, kBegin + Change("I", "a", 1)), "transactions"), "1");
}

TEST_F(CachectlTest, MissingKeysAreAnErrorBeforeAnythingIsTold) {
  const Ended ended =
      Run({"ingest", "-"}, std::string(kBegin) +
                               R"({"action":"I","schema":"public","table":"a","columns":[]})"
                               "\n" +
                               kCommit);
  EXPECT_EQ(ended.code, 2);
  EXPECT_NE(ended.err.find("include-pk"), std::string::npos) << ended.err;
  EXPECT_EQ(Field(ended.out, "revision"), "0");
}

TEST_F(CachectlTest, PartitionsHaveTheTypeOfTheirRoot) {
  Ok({"ingest", "--type-map", "orders_[0-9]+=orders", "--type-map", "x=y", "-"},
     Change("I", "orders_2024", 1));
  EXPECT_EQ(Without(", 20", '\n', Ok({"watch", "--from-revision", "0", "--until-revision", "1"})),
            "revision 1, write\n"
            "  evict  tag  orders:#all  direct\n"
            "  evict  tag  orders:1     direct\n");
  const Ended wrong = Run({"ingest", "--type-map", "(=orders", "-"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(wrong.err.find("--type-map"), std::string::npos) << wrong.err;
}

// Each row took 1.3 KB: 100,000 of them 130 MB, to become one tag.
TEST_F(CachectlTest, MemoryDoesNotGrowWithTheTransaction) {
  Program program(CommandLine({"ingest", "-"}));
  program.Send(kBegin);
  for (int i = 0; i < 100; ++i) {
    std::string lines;
    for (int j = 0; j < 1000; ++j) lines += Change("I", "a", i * 1000 + j);
    program.Send(lines);
  }
  if (!IsSanitized(program.pid())) {
    EXPECT_LT(PeakResidentBytes(program.pid()), 64 << 20);
  }
  program.Feed(kCommit);
  const Ended ended = program.Wait();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(Field(ended.out, "writes"), "100000");
  EXPECT_EQ(Field(ended.out, "  sent widened"), "100000");
  EXPECT_EQ(Field(ended.out, "invalidations"), "1");
}

TEST_F(CachectlTest, SaysUpToWhereEverythingWasAnswered) {
  const std::string input = TransactionUpTo("0/15", 1) + TransactionUpTo("0/1A", 2);
  EXPECT_EQ(Field(Ok({"ingest", "-"}, input), "applied up to"), "0/1A");
  EXPECT_TRUE(
      absl::StrContains(Ok({"-o", "json", "ingest", "-"}, input), R"("answeredLsn": "0/1A")"));
  EXPECT_FALSE(absl::StrContains(Ok({"-o", "json", "ingest", "-"}, Change("I", "a", 1)), "Lsn"))
      << "the input does not say where it is";

  const std::string empty = "{\"action\":\"B\"}\n{\"action\":\"C\",\"nextlsn\":\"0/2F\"}\n";
  EXPECT_EQ(Field(Ok({"ingest", "-"}, input + empty), "applied up to"), "0/2F");
}

TEST_F(CachectlTest, ARunOutlivesAServiceThatIsAwayForLongerThanACallMayTake) {
  client::FlakyProxy proxy(port());
  Program ingest({kProgram, "--endpoint", proxy.endpoint(), "--timeout", "500ms", "ingest",
                  "--progress", "10ms", "-"});
  ingest.Send(TransactionUpTo("0/15", 1));
  absl::Duration waiting;
  const auto await = [&](const std::string& words) {
    std::string line;
    do {
      line = ingest.ReadErrorLine();
      ASSERT_EQ(line.substr(0, 8), "ingest: ");
    } while (!absl::StrContains(line, words));
    const size_t span = line.rfind(", for ");
    if (span != std::string::npos) (void)absl::ParseDuration(line.substr(span + 6), &waiting);
  };
  await("1 transaction applied, up to 0/15");
  proxy.SetTarget(0);
  proxy.DropConnections();
  ingest.Send(TransactionUpTo("0/1A", 2));
  while (waiting < absl::Seconds(1) && !HasFatalFailure()) await("; 1 without result, ");
  proxy.SetTarget(port());
  ingest.Feed(TransactionUpTo("0/2F", 3));
  const Ended ended = ingest.Wait();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(Field(ended.out, "applied up to"), "0/2F");
}

TEST_F(CachectlTest, AServiceThatIsAwayForTooLongEndsARun) {
  client::FlakyProxy proxy(port());
  Program ingest({kProgram, "--endpoint", proxy.endpoint(), "ingest", "--progress", "10ms",
                  "--give-up-after", "300ms", "-"});
  ingest.Send(TransactionUpTo("0/15", 1));
  std::string line;
  do {
    line = ingest.ReadErrorLine();
    ASSERT_NE(line, "") << "it ended";
  } while (!absl::StrContains(line, "up to 0/15"));
  proxy.SetTarget(0);
  proxy.DropConnections();
  ingest.Feed(TransactionUpTo("0/1A", 2));
  const Ended ended = ingest.Wait();
  EXPECT_EQ(ended.code, 6) << ended.err;
  EXPECT_EQ(Field(ended.out, "applied up to"), "0/15") << "what was answered before is told";
}

TEST_F(CachectlTest, AServiceThatIsNotThereIsNoticedAtOnce) {
  const Ended ended =
      RunProgram({kProgram, "--endpoint", "127.0.0.1:1", "--timeout", "200ms", "ingest", kCapture});
  EXPECT_EQ(ended.code, 6);
  EXPECT_EQ(Field(ended.out, "transactions"), "0");
  EXPECT_EQ(ended.err.substr(0, 23), "cachectl: UNAVAILABLE: ");
}

// It was committed, so the refusal is not the last word; and what is behind it is told, too.
TEST_F(CachectlTest, WhatTheServiceRefusesIsToldAsEverything) {
  ServerOptions options = OnLoopback();
  options.max_request_bytes = 64 << 10;
  const std::unique_ptr<Server> small = StartServer(std::move(options));
  const std::string endpoint = EndpointOf(*small);
  const std::string large =
      R"({"action":"I","schema":"public","table":"a","columns":[{"name":"id","type":"integer",)"
      R"("value":1},{"name":"t","type":"text","value":")" +
      std::string(100 << 10, 'x') + R"("}],"pk":[{"name":"id"}]})" + "\n";
  const Ended ended = RunProgram({kProgram, "--endpoint", endpoint, "ingest", "-"},
                                 Change("I", "b", 1) + large + Change("I", "c", 2));
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(absl::StrContains(ended.err, "-:2: ")) << ended.err;
  EXPECT_TRUE(absl::StrContains(ended.err, "sent as everything")) << ended.err;
  const Ended events = RunProgram(
      {kProgram, "--endpoint", endpoint, "watch", "--from-revision", "0", "--until-revision", "3"});
  EXPECT_TRUE(absl::StrContains(events.out, "everything")) << events.out;
  EXPECT_TRUE(absl::StrContains(events.out, "c:2")) << events.out;
}

TEST_F(CachectlTest, AMissingFileIsAnError) { EXPECT_EQ(Run({"ingest", "no/such/file"}).code, 1); }

}  // namespace
}  // namespace cache_invalidation
