// SPDX-License-Identifier: Apache-2.0

// watch: events as they happen.

#include <csignal>
#include <string>

#include "tests/cachectl/cachectl_test.h"

namespace cache_invalidation {
namespace {

TEST_F(CachectlTest, WatchPrintsOneEventPerLine) {
  Ok({"write", "user", "1"});
  Ok({"invalidate", "--key", "k", "--strategy", "lazy"});
  const Ended watched =
      Run({"watch", "--from-revision", "0", "--until-revision", "2", "-o", "json"});
  EXPECT_EQ(watched.code, 0) << watched.err;
  EXPECT_EQ(
      Without(",\"time\":", '}', watched.out),
      R"({"revision":"1","part":0,"lastPart":true,"source":"EVENT_SOURCE_WRITE",)"
      R"("causes":[{"step":"CAUSE_STEP_DIRECT","name":"","widened":false,"conditionFailed":false}],)"
      R"("invalidations":[{"kind":"INVALIDATION_KIND_EVICT","causes":[0],"tag":"user:#all"},)"
      R"({"kind":"INVALIDATION_KIND_EVICT","causes":[0],"tag":"user:1"}]})"
      "\n"
      R"({"revision":"2","part":0,"lastPart":true,"source":"EVENT_SOURCE_CALL",)"
      R"("causes":[{"step":"CAUSE_STEP_CALL","name":"","widened":false,"conditionFailed":false}],)"
      R"("invalidations":[{"kind":"INVALIDATION_KIND_MARK_STALE","causes":[0],"key":"k"}]})"
      "\n");
}

TEST_F(CachectlTest, WatchPrintsTables) {
  Ok({"rule", "register", "r", "--trigger", "user", "--invalidate", "page:{resource_id}"});
  Ok({"write", "user", "1"});
  const std::string out = Ok({"watch", "--from-revision", "0", "--until-revision", "1"});
  EXPECT_EQ(out.rfind("revision 1, write, 20", 0), 0u) << out;
  EXPECT_EQ(Without(", 20", '\n', out),
            "revision 1, write\n"
            "  evict  tag  user:#all  direct\n"
            "  evict  tag  user:1     direct\n"
            "  evict  tag  page:1     rule r\n");
}

TEST_F(CachectlTest, WatchFiltersAndStopsWhereItIsTold) {
  for (const char* id : {"1", "2", "3"}) Ok({"write", "user", id});
  Ok({"write", "order", "1"});
  const std::string out = Ok(
      {"watch", "--from-revision", "1", "--until-revision", "3", "--tag", "user:2", "-o", "json"});
  EXPECT_NE(out.find("\"tag\":\"user:2\""), std::string::npos);
  EXPECT_EQ(out.find("\"revision\":\"1\""), std::string::npos) << "before the start";
  EXPECT_EQ(out.find("\"revision\":\"3\""), std::string::npos) << "passes no filter";
  EXPECT_EQ(out.find("\"revision\":\"4\""), std::string::npos) << "after the end";
}

TEST_F(CachectlTest, WatchShowsWhatHappensAndEndsOnInterrupt) {
  Program watch(CommandLine({"watch", "-o", "json", "--name", "test"}));
  EXPECT_EQ(watch.ReadErrorLine().substr(0, 25), "watching after revision 0");
  Ok({"write", "user", "1"});
  EXPECT_NE(watch.ReadLine().find("\"tag\":\"user:1\""), std::string::npos);
  watch.Signal(SIGINT);
  const Ended ended = watch.Wait();
  EXPECT_EQ(ended.code, 130);
  EXPECT_EQ(ended.out, "");
}

TEST_F(CachectlTest, SubscribersAreListed) {
  Program watch(CommandLine({"watch", "--name", "cache", "--tag", "user", "-o", "json"}));
  watch.ReadErrorLine();
  const std::string list = Ok({"subscriber", "list"});
  EXPECT_EQ(list.rfind("NAME   INSTANCE ", 0), 0u) << list;
  EXPECT_NE(list.find("\ncache  "), std::string::npos) << list;
  EXPECT_NE(list.find("tags user\n"), std::string::npos) << list;
  const std::string json = Ok({"subscriber", "list", "-o", "json"});
  EXPECT_NE(json.find("\"acknowledges\": false"), std::string::npos) << json;
  EXPECT_NE(json.find("\"connectedSince\": \"20"), std::string::npos) << json;
  EXPECT_EQ(Ok({"-n", "other", "subscriber", "list"}).find("cache"), std::string::npos);
}

TEST_F(CachectlTest, ASubscriberThatHasGoneIsListedAndNotCounted) {
  Program watch(CommandLine({"watch", "--name", "cache"}));
  watch.ReadErrorLine();
  EXPECT_EQ(Field(Ok({"stats"}), "subscribers"), "1");
  watch.Signal(SIGINT);
  watch.Wait();
  // The server hears of it a moment later.
  while (Field(Ok({"stats"}), "subscribers") != "0") continue;
  EXPECT_EQ(Ok({"subscriber", "list", "-o", "json"}).find("connectedSince"), std::string::npos);
  EXPECT_NE(Ok({"subscriber", "list"}).find("\ncache  "), std::string::npos);
}

TEST_F(CachectlTest, WatchTellsOfAReset) {
  Ok({"write", "user", "1"});
  Program watch(CommandLine({"watch", "-o", "json", "--from-revision", "7", "--epoch", "another"}));
  const std::string line = watch.ReadLine();
  EXPECT_EQ(line.substr(0, 41), R"({"reset":{"reason":"RESET_REASON_EPOCH",")") << line;
}

TEST_F(CachectlTest, WatchEndsWhenItCannotWork) {
  const Ended ended = Run({"watch", "--tag", std::string(2000, 'x')});
  EXPECT_EQ(ended.code, 2) << ended.err;
}

TEST_F(CachectlTest, WatchEndsQuietlyWhenNobodyReads) {
  Ok({"write", "user", "1"});
  const Ended ended = RunProgram(
      {"bash", "-c",
       std::string(kProgram) + " -e " + endpoint() + " watch --from-revision 0 | head -n 1"});
  EXPECT_EQ(Without(", 20", '\n', ended.out), "revision 1, write\n");
}

}  // namespace
}  // namespace cache_invalidation
