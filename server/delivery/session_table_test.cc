// SPDX-License-Identifier: Apache-2.0

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
  const uint64_t stream = session.Attach(kTenSeconds, 0, absl::Seconds(100)).stream;
  EXPECT_EQ(session.state().lease_end, absl::Seconds(111) + absl::Milliseconds(100));
  session.Renew(stream, absl::Seconds(105));
  EXPECT_EQ(session.state().lease_end, absl::Seconds(116) + absl::Milliseconds(100));
  session.Renew(stream, absl::Seconds(101));
  EXPECT_EQ(session.state().lease_end, absl::Seconds(116) + absl::Milliseconds(100));
}

TEST(SubscriberSessionTest, AShorterLeaseDoesNotCutARunningOneShort) {
  SubscriberSession session(Key("a"));
  session.Attach({true, absl::Seconds(60)}, 0, absl::ZeroDuration());
  session.Attach({true, absl::Seconds(1)}, 0, absl::Seconds(1));
  EXPECT_GT(session.state().lease_end, absl::Seconds(60)) << "its cache may serve that long";
}

TEST(SubscriberSessionTest, WhatWasAppliedOnlyGrows) {
  SubscriberSession session(Key("a"));
  const uint64_t stream = session.Attach(kTenSeconds, 0, absl::ZeroDuration()).stream;
  session.SetApplied(stream, 7);
  session.SetApplied(stream, 5);
  EXPECT_EQ(session.state().applied, 7u);
}

TEST(SubscriberSessionTest, TheNewestStreamSpeaksForIt) {
  SubscriberSession session(Key("a"));
  const auto first = session.Attach(kTenSeconds, 3, absl::ZeroDuration());
  EXPECT_FALSE(first.applied.has_value());
  session.SetApplied(first.stream, 7);
  const auto second = session.Attach(kTenSeconds, 9, absl::Seconds(1));
  EXPECT_EQ(second.applied, 7u);
  EXPECT_TRUE(session.Superseded(first.stream));
  EXPECT_FALSE(session.Superseded(second.stream));
  const absl::Duration lease_end = session.state().lease_end;
  session.SetApplied(first.stream, 9);
  session.Renew(first.stream, absl::Seconds(5));
  EXPECT_EQ(session.state().applied, 7u);
  EXPECT_EQ(session.state().lease_end, lease_end);
  session.SetApplied(second.stream, 8);
  EXPECT_EQ(session.state().applied, 8u);
  EXPECT_EQ(session.state().first_head, 3u);
}

TEST(SubscriberSessionTest, WhoComesBackAfterItsLeaseIsNew) {
  SubscriberSession session(Key("a"));
  session.SetApplied(session.Attach(kTenSeconds, 3, absl::ZeroDuration()).stream, 7);
  EXPECT_EQ(session.state().leases, 1u);
  EXPECT_FALSE(session.Attach(kTenSeconds, 9, absl::Seconds(12)).applied.has_value());
  EXPECT_EQ(session.state().applied, 0u);
  EXPECT_EQ(session.state().first_head, 9u);
  EXPECT_EQ(session.state().leases, 2u);
}

TEST(SubscriberSessionTest, CountsTheLeasesThatBegin) {
  SubscriberSession session(Key("a"));
  const uint64_t stream = session.Attach(kTenSeconds, 0, absl::ZeroDuration()).stream;
  session.Renew(stream, absl::Seconds(5));
  EXPECT_EQ(session.state().leases, 1u);
  session.Renew(stream, absl::Minutes(1));
  EXPECT_EQ(session.state().leases, 2u);
}

TEST(SubscriberSessionTest, SaysWhenSomebodyWantsToHearOfProgress) {
  SubscriberSession session(Key("a"));
  const uint64_t stream = session.Attach(kTenSeconds, 0, absl::ZeroDuration()).stream;
  EXPECT_FALSE(session.SetApplied(stream, 1));
  EXPECT_EQ(session.Watch().applied, 1u);
  EXPECT_FALSE(session.SetApplied(stream, 1)) << "no progress";
  EXPECT_TRUE(session.SetApplied(stream, 2));
  session.Ignore();
  EXPECT_FALSE(session.SetApplied(stream, 3));
}

TEST(SessionTableTest, ASessionOutlivesItsStreamUntilItsLeaseEnds) {
  SessionTable table;
  const AttachedSession first = *table.Attach(Key("a"), kTenSeconds, 0, absl::ZeroDuration());
  first.session->SetApplied(first.attachment.stream, 7);
  first.session->Detach();
  EXPECT_EQ(table.Sweep(absl::Seconds(11)), 1u);
  const AttachedSession again = *table.Attach(Key("a"), kTenSeconds, 0, absl::Seconds(11));
  EXPECT_EQ(again.session, first.session);
  EXPECT_EQ(again.attachment.applied, 7u);
  again.session->Detach();
  EXPECT_EQ(table.Sweep(absl::Seconds(22)), 1u);
  EXPECT_EQ(table.Sweep(absl::Seconds(23)), 0u);
  EXPECT_NE(table.Attach(Key("a"), kTenSeconds, 0, absl::Seconds(23))->session, first.session);
}

TEST(SessionTableTest, ASessionWithAStreamStaysWithoutALease) {
  SessionTable table;
  const auto session = table.Attach(Key("a"), kTenSeconds, 0, absl::ZeroDuration())->session;
  EXPECT_EQ(table.Sweep(absl::Hours(1)), 1u);
  session->Detach();
  EXPECT_EQ(table.Sweep(absl::Hours(1)), 0u);
}

TEST(SessionTableTest, NamespacesNamesAndInstancesAreSessionsOfTheirOwn) {
  SessionTable table;
  const auto attach = [&](SessionKey key) {
    return table.Attach(key, kTenSeconds, 0, absl::ZeroDuration())->session;
  };
  const auto session = attach({"a", "b", "c"});
  EXPECT_EQ(attach({"a", "b", "c"}), session);
  EXPECT_NE(attach({"x", "b", "c"}), session);
  EXPECT_NE(attach({"a", "x", "c"}), session);
  EXPECT_NE(attach({"a", "b", "x"}), session);
  EXPECT_EQ(table.Sweep(absl::ZeroDuration()), 4u);
  EXPECT_EQ(table.CountOf("a"), 3u);
  EXPECT_EQ(table.CountOf("none"), 0u);
  ASSERT_EQ(table.Of("x").size(), 1u);
  EXPECT_EQ(table.Of("x").front()->key().namespace_name, "x");
  EXPECT_TRUE(table.Of("none").empty());
}

TEST(SessionTableTest, DoesNotGrowWithSessionsThatAreOver) {
  SessionTable table;
  absl::Duration now;
  size_t most = 0;
  for (int i = 0; i < 10'000; ++i) {
    now += absl::Seconds(1);
    table.Attach(Key(absl::StrCat(i)), kTenSeconds, 0, now)->session->Detach();
    if (i % 1000 == 999) most = std::max(most, table.Sweep(now));
  }
  EXPECT_LE(most, 12u);
}

TEST(SessionTableTest, ANamespaceHasItsShareOfSessions) {
  SessionTable table({.all = 5, .of_namespace = 3});
  const auto attach = [&](const char* name_space, const char* instance, absl::Duration now) {
    return table.Attach({name_space, "web", instance}, kTenSeconds, 0, now);
  };
  for (const char* instance : {"1", "2", "3"}) {
    attach("noisy", instance, absl::ZeroDuration())->session->Detach();
  }
  EXPECT_EQ(attach("noisy", "4", absl::ZeroDuration()).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(attach("noisy", "3", absl::ZeroDuration()).ok()) << "it has a place already";
  EXPECT_TRUE(attach("quiet", "1", absl::ZeroDuration()).ok());
  EXPECT_TRUE(attach("quiet", "2", absl::ZeroDuration()).ok());
  EXPECT_EQ(attach("third", "1", absl::ZeroDuration()).status().code(),
            absl::StatusCode::kResourceExhausted);
  // Leases end.
  EXPECT_TRUE(attach("noisy", "4", absl::Seconds(12)).ok());
  EXPECT_TRUE(attach("third", "1", absl::Seconds(12)).ok());
}

}  // namespace
}  // namespace cache_invalidation::delivery
