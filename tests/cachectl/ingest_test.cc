// ingest: a recording of real database changes.

#include "tests/cachectl/cachectl_test.h"

namespace cache_invalidation {
namespace {

constexpr char kCapture[] = "tests/data/pgbench.wal2json.jsonl";

std::string Change(const std::string& action, const std::string& table, int id) {
  return R"({"action":")" + action + R"(","schema":"public","table":")" + table +
         R"(","columns":[{"name":"id","value":)" + std::to_string(id) +
         R"(}],"pk":[{"name":"id"}]})" + "\n";
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
  EXPECT_EQ(Ok({"watch", "--from-revision", "0", "--until-revision", "2"}),
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
  EXPECT_EQ(Field(out, "  told less exactly"), "10001");
  EXPECT_EQ(Field(out, "invalidations"), "1");
  EXPECT_NE(Ok({"watch", "--from-revision", "0", "--until-revision", "1"}).find("tag  a  direct"),
            std::string::npos);
}

TEST_F(CachectlTest, ABrokenLineIsNamed) {
  const Ended ended = Run({"ingest", "-"}, Change("I", "a", 1) + "{\"action\":\n");
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.err, "cachectl: INVALID_ARGUMENT: -:2: column 11: expected a JSON value\n");
  EXPECT_EQ(Field(ended.out, "transactions"), "1") << "what was sent before it is told";
}

TEST_F(CachectlTest, AMissingFileIsAnError) { EXPECT_EQ(Run({"ingest", "no/such/file"}).code, 1); }

}  // namespace
}  // namespace cache_invalidation
