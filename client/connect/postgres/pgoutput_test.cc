// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/pgoutput.h"

#include <string>
#include <variant>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace cache_invalidation::connect {
namespace {

using Action = change::RowChange::Action;
using Kind = change::ColumnValue::Kind;

// Recorded from PostgreSQL 15: table hx(id int primary key, a text).
constexpr char kBeginHex[] = "42000000005a8464f800030466648df44c00005209";
constexpr char kRelationHex[] =
    "520000801a7075626c6963006878006400020169640000000017ffffffff00610000000019ffffffff";
constexpr char kInsertHex[] = "490000801a4e000274000000013174000000026162";
constexpr char kUpdateHex[] = "550000801a4b00027400000001316e4e000274000000013274000000026162";
constexpr char kDeleteHex[] = "440000801a4b00027400000001326e";
constexpr char kTruncateHex[] = "5400000001000000801a";
constexpr char kMessageHex[] = "4d01000000005a8473887000000000027879";
constexpr char kCommitHex[] = "4300000000005a8464f8000000005a84652800030466648df44c";

std::string Bytes(const char* hex) { return absl::HexStringToBytes(hex); }

template <typename Message>
Message Decoded(const char* hex) {
  const absl::StatusOr<PgoutputMessage> message = DecodePgoutput(Bytes(hex));
  EXPECT_TRUE(message.ok()) << message.status();
  EXPECT_TRUE(std::holds_alternative<Message>(*message));
  return std::get<Message>(*message);
}

TEST(PgoutputTest, Transactions) {
  const auto begin = Decoded<BeginMessage>(kBeginHex);
  const auto commit = Decoded<Commit>(kCommitHex);
  EXPECT_EQ(begin.xid, 0x5209u);
  EXPECT_EQ(FormatLsn(begin.commit), "0/5A8464F8");
  EXPECT_EQ(commit.lsn, begin.commit);
  EXPECT_EQ(FormatLsn(commit.end), "0/5A846528");
  EXPECT_EQ(commit.time, begin.time);
  EXPECT_EQ(absl::FormatTime("%Y", commit.time, absl::UTCTimeZone()), "2026");
}

TEST(PgoutputTest, Relations) {
  const auto relation = Decoded<RelationMessage>(kRelationHex);
  EXPECT_EQ(relation.oid, 0x801au);
  EXPECT_EQ(relation.schema, "public");
  EXPECT_EQ(relation.table, "hx");
  EXPECT_EQ(relation.identity, 'd');
  ASSERT_EQ(relation.columns.size(), 2u);
  EXPECT_EQ(relation.columns[0].name, "id");
  EXPECT_TRUE(relation.columns[0].in_identity);
  EXPECT_EQ(relation.columns[0].type_oid, 23u);
  EXPECT_FALSE(relation.columns[1].in_identity);
  EXPECT_EQ(relation.columns[1].type_oid, 25u);
}

TEST(PgoutputTest, Rows) {
  const auto insert = Decoded<RowMessage>(kInsertHex);
  EXPECT_EQ(insert.action, Action::kInsert);
  EXPECT_EQ(insert.old_kind, 0);
  ASSERT_EQ(insert.now.size(), 2u);
  EXPECT_EQ(insert.now[1].text, "ab");
  const auto update = Decoded<RowMessage>(kUpdateHex);
  EXPECT_EQ(update.old_kind, 'K');
  EXPECT_EQ(update.old[0].text, "1");
  EXPECT_EQ(update.old[1].kind, Kind::kNull);
  EXPECT_EQ(update.now[0].text, "2");
  const auto removed = Decoded<RowMessage>(kDeleteHex);
  EXPECT_EQ(removed.action, Action::kDelete);
  EXPECT_EQ(removed.old[0].text, "2");
  EXPECT_TRUE(removed.now.empty());
}

TEST(PgoutputTest, TruncatesAndMessages) {
  EXPECT_EQ(Decoded<TruncateMessage>(kTruncateHex).oids, std::vector<uint32_t>{0x801a});
  const auto message = Decoded<LogicalMessage>(kMessageHex);
  EXPECT_TRUE(message.transactional);
  EXPECT_EQ(message.prefix, "p");
  EXPECT_EQ(message.content, "xy");
}

TEST(PgoutputTest, EveryTruncationAndEveryExtensionIsAnError) {
  for (const char* hex : {kBeginHex, kRelationHex, kInsertHex, kUpdateHex, kDeleteHex, kTruncateHex,
                          kMessageHex, kCommitHex}) {
    const std::string whole = Bytes(hex);
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(DecodePgoutput(whole.substr(0, size)).ok()) << hex << " cut to " << size;
    }
    EXPECT_FALSE(DecodePgoutput(whole + "x").ok()) << hex;
  }
  EXPECT_FALSE(DecodePgoutput("S").ok()) << "streaming is not asked for";
}

TEST(PgoutputTest, Frames) {
  const std::string data = Bytes("770000000000000000000000000000000500000000000000006162");
  const auto frame = DecodeFrame(data);
  ASSERT_TRUE(frame.ok());
  EXPECT_EQ(frame->message, "ab");
  EXPECT_EQ(frame->end, 5u);
  const std::string keepalive = Bytes("6b0000000000000007000000000000000001");
  ASSERT_TRUE(DecodeFrame(keepalive).ok());
  EXPECT_TRUE(DecodeFrame(keepalive)->wants_status);
  EXPECT_EQ(DecodeFrame(keepalive)->end, 7u);
  EXPECT_FALSE(DecodeFrame(keepalive)->message.has_value());
  for (size_t size = 0; size < keepalive.size(); ++size) {
    EXPECT_FALSE(DecodeFrame(keepalive.substr(0, size)).ok());
  }
}

TEST(PgoutputTest, AStatusHas34Bytes) {
  const absl::Time now = absl::FromUnixSeconds(1'000'000'000);
  const std::string status = EncodeStatus(3, 2, now, /*wants_keepalive=*/false);
  EXPECT_EQ(status.size(), 34u);
  EXPECT_EQ(status.back(), '\0');
  EXPECT_EQ(EncodeStatus(3, 2, now, /*wants_keepalive=*/true).back(), '\1');
  EXPECT_EQ(status.substr(0, 17),
            std::string("r") + std::string("\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\2", 16));
}

TEST(LsnTest, TextAndBack) {
  EXPECT_EQ(FormatLsn(0x16B374D848), "16/B374D848");
  EXPECT_EQ(ParseLsn("16/B374D848"), 0x16B374D848u);
  for (const char* text : {"", "/", "16", "16/", "x/1", "1/123456789"}) {
    EXPECT_FALSE(ParseLsn(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace cache_invalidation::connect
