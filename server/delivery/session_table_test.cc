#include "server/delivery/session_table.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::delivery {
namespace {

constexpr SessionTerms kTenSeconds{true, absl::Seconds(10)};

SessionKey Key(std::string instance) { return {"shop", "cache", std::move(instance)}; }

TEST(SubscriberSessionTest, TheServersLeaseOutlastsTheClients) {
  SubscriberSession session(Key("a"));
  session.Attach(kTenSeconds, absl::Seconds(100));
  EXPECT_EQ(session.state().lease_end, absl::Seconds(111) + absl::Milliseconds(100));
  session.Renew(absl::Seconds(105));
  EXPECT_EQ(session.state().lease_end, absl::Seconds(116) + absl::Milliseconds(100));
  session.Renew(absl::Seconds(101));
  EXPECT_EQ(session.state().lease_end, absl::Seconds(116) + absl::Milliseconds(100));
}

TEST(SubscriberSessionTest, AShorterLeaseDoesNotCutARunningOneShort) {
  SubscriberSession session(Key("a"));
  session.Attach({true, absl::Seconds(60)}, absl::ZeroDuration());
  session.Attach({true, absl::Seconds(1)}, absl::Seconds(1));
  EXPECT_GT(session.state().lease_end, absl::Seconds(60)) << "its cache may serve that long";
}

TEST(SubscriberSessionTest, AcknowledgementsOnlyGrow) {
  SubscriberSession session(Key("a"));
  session.Acknowledge(7);
  session.Acknowledge(5);
  EXPECT_EQ(session.state().acknowledged_revision, 7u);
}

TEST(SessionTableTest, ASessionOutlivesItsStreamUntilItsLeaseEnds) {
  SessionTable table;
  const auto session = table.Attach(Key("a"), kTenSeconds, absl::ZeroDuration());
  session->Acknowledge(7);
  session->Detach();
  EXPECT_EQ(table.Sweep(absl::Seconds(11)), 1u);
  const auto again = table.Attach(Key("a"), kTenSeconds, absl::Seconds(11));
  EXPECT_EQ(again, session);
  EXPECT_EQ(again->state().acknowledged_revision, 7u);
  again->Detach();
  EXPECT_EQ(table.Sweep(absl::Seconds(22)), 1u);
  EXPECT_EQ(table.Sweep(absl::Seconds(23)), 0u);
  EXPECT_NE(table.Attach(Key("a"), kTenSeconds, absl::Seconds(23)), session);
}

TEST(SessionTableTest, ASessionWithAStreamStaysWithoutALease) {
  SessionTable table;
  const auto session = table.Attach(Key("a"), kTenSeconds, absl::ZeroDuration());
  EXPECT_EQ(table.Sweep(absl::Hours(1)), 1u);
  session->Detach();
  EXPECT_EQ(table.Sweep(absl::Hours(1)), 0u);
}

TEST(SessionTableTest, NamespacesNamesAndInstancesAreSessionsOfTheirOwn) {
  SessionTable table;
  const auto attach = [&](SessionKey key) {
    return table.Attach(key, kTenSeconds, absl::ZeroDuration());
  };
  const auto session = attach({"a", "b", "c"});
  EXPECT_EQ(attach({"a", "b", "c"}), session);
  EXPECT_NE(attach({"x", "b", "c"}), session);
  EXPECT_NE(attach({"a", "x", "c"}), session);
  EXPECT_NE(attach({"a", "b", "x"}), session);
  EXPECT_EQ(table.Sweep(absl::ZeroDuration()), 4u);
}

TEST(SessionTableTest, DoesNotGrowWithSessionsThatAreOver) {
  SessionTable table;
  absl::Duration now;
  size_t most = 0;
  for (int i = 0; i < 10'000; ++i) {
    now += absl::Seconds(1);
    table.Attach(Key(absl::StrCat(i)), kTenSeconds, now)->Detach();
    if (i % 1000 == 999) most = std::max(most, table.Sweep(now));
  }
  EXPECT_LE(most, 12u);
}

}  // namespace
}  // namespace cache_invalidation::delivery
