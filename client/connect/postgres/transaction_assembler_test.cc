// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/transaction_assembler.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace cache_invalidation::connect {
namespace {

// Recorded from PostgreSQL 15: table hx(id int primary key, a text).
const std::string kBegin = absl::HexStringToBytes("42000000005a8464f800030466648df44c00005209");
const std::string kRelation = absl::HexStringToBytes(
    "520000801a7075626c6963006878006400020169640000000017ffffffff00610000000019ffffffff");
const std::string kInsert = absl::HexStringToBytes("490000801a4e000274000000013174000000026162");
const std::string kUpdate =
    absl::HexStringToBytes("550000801a4b00027400000001316e4e000274000000013274000000026162");
const std::string kCommit =
    absl::HexStringToBytes("4300000000005a8464f8000000005a84652800030466648df44c");

std::string Message(bool transactional, const std::string& content) {
  std::string out = "M";
  out.push_back(transactional ? 1 : 0);
  out += std::string(8, '\0') + "app";
  out.push_back('\0');
  out += std::string(2, '\0');
  out.push_back(static_cast<char>(content.size() >> 8));
  out.push_back(static_cast<char>(content.size()));
  return out + content;
}

class TransactionAssemblerTest : public ::testing::Test {
 protected:
  TransactionAssemblerTest() {
    facts_ = {.published = true,
              .schema = "public",
              .table = "hx",
              .key = {"id"},
              .columns = {"id", "a"}};
  }

  // What the messages become, in an assembler of their own.
  std::vector<Transaction> Assemble(const std::vector<std::string>& messages) {
    TransactionAssembler assembler(
        {.table = [this](uint32_t) { return facts_; },
         .type = [](uint32_t oid) { return std::string(oid == 23 ? "integer" : "text"); }},
        rules_, outbox_, known_);
    std::vector<Transaction> out;
    for (const std::string& message : messages) {
      auto transaction = assembler.Add(message);
      EXPECT_TRUE(transaction.ok()) << transaction.status();
      if (transaction->has_value()) out.push_back(**std::move(transaction));
    }
    EXPECT_FALSE(assembler.is_open());
    counts_ = assembler.counts();
    return out;
  }

  TableFacts facts_;
  TableRules rules_;
  OutboxOptions outbox_{.prefix = "app"};
  KnownTables known_;
  AssemblyCounts counts_;
};

TEST_F(TransactionAssemblerTest, ATransactionIsOne) {
  const auto transactions = Assemble({kBegin, kRelation, kInsert, kUpdate, kCommit});
  ASSERT_EQ(transactions.size(), 1u);
  EXPECT_EQ(transactions[0].commit.xid, 0x5209u);
  ASSERT_EQ(transactions[0].writes.writes.size(), 3u) << "an insert, and the old and new key";
  EXPECT_EQ(transactions[0].writes.writes[0].operation, "insert");
  EXPECT_EQ(transactions[0].writes.writes[1].resource_id, "1");
  EXPECT_EQ(transactions[0].writes.writes[2].resource_id, "2");
}

TEST_F(TransactionAssemblerTest, WhatCannotBeReadIsEverything) {
  for (const std::vector<std::string>& messages : std::vector<std::vector<std::string>>{
           {kBegin, "?", kCommit},
           {kBegin, kInsert, kCommit},  // of a table that was not announced
           {kBegin, kRelation, kInsert.substr(0, 10), kCommit},
           {"B", kRelation, kInsert, kCommit}}) {
    const auto transactions = Assemble(messages);
    ASSERT_EQ(transactions.size(), 1u);
    EXPECT_TRUE(transactions[0].writes.everything);
    EXPECT_EQ(counts_.unreadable, 1u);
  }
  const auto next = Assemble({kBegin, "?", kCommit, kBegin, kRelation, kInsert, kCommit});
  ASSERT_EQ(next.size(), 2u);
  EXPECT_FALSE(next[1].writes.everything);
}

TEST_F(TransactionAssemblerTest, ACommitThatCannotBeReadIsToldWithTheNext) {
  const auto transactions = Assemble({kBegin, kRelation, kInsert, "C", kBegin, kInsert, kCommit});
  ASSERT_EQ(transactions.size(), 1u);
  EXPECT_TRUE(transactions[0].writes.everything);
}

TEST_F(TransactionAssemblerTest, ATableThatTheCatalogHasForgotten) {
  known_[0x801a] = facts_;
  known_[0x801a].table = "root";
  facts_ = {};
  const auto remembered = Assemble({kBegin, kRelation, kInsert, kCommit});
  ASSERT_EQ(remembered.size(), 1u);
  EXPECT_FALSE(remembered[0].writes.everything);
  EXPECT_EQ(remembered[0].writes.writes[0].resource_type, "root");
  known_.clear();
  const auto forgotten = Assemble({kBegin, kRelation, kInsert, kCommit});
  EXPECT_TRUE(forgotten[0].writes.everything);
  EXPECT_EQ(counts_.unknown_tables, 1u);
}

TEST_F(TransactionAssemblerTest, AnotherKeyThanBeforeConcernsTheWholeTable) {
  known_[0x801a] = facts_;
  known_[0x801a].key = {"a"};
  const auto transactions = Assemble({kBegin, kRelation, kInsert, kCommit});
  ASSERT_EQ(transactions[0].writes.writes.size(), 2u);
  EXPECT_EQ(transactions[0].writes.writes[0].resource_id, "");
}

TEST_F(TransactionAssemblerTest, ColumnsThatTheLogOmitsAreUnknown) {
  facts_.columns.push_back("total");  // it is generated
  const auto transactions = Assemble({kBegin, kRelation, kInsert, kCommit});
  const JsonValue::Object& context = transactions[0].writes.writes[0].context;
  EXPECT_EQ(context.back().first, "$unknown");

  const auto updated = Assemble({kBegin, kRelation, kUpdate, kCommit});
  const JsonValue::Object& update = updated[0].writes.writes[0].context;
  const auto changed = std::find_if(update.begin(), update.end(), [](const auto& member) {
    return member.first == "fields_changed";
  });
  ASSERT_NE(changed, update.end());
  EXPECT_EQ(changed->second.as_list()->back(), JsonValue("total")) << "it may have changed";
}

TEST_F(TransactionAssemblerTest, MessagesOfApplications) {
  const auto read =
      Assemble({kBegin, Message(true, R"({"keys": ["k"], "types": ["v"]})"), kCommit});
  EXPECT_EQ(read[0].outbox.keys, std::set<std::string>{"k"});
  EXPECT_EQ(read[0].writes.writes[0].resource_type, "v");
  EXPECT_TRUE(Assemble({Message(false, R"({"keys": ["k"]})")}).empty()) << "perhaps rolled back";
  const auto refused =
      Assemble({kBegin, Message(true, R"({"everything": true, "keys": ["k"]})"), kCommit});
  EXPECT_FALSE(refused[0].writes.everything);
  EXPECT_EQ(refused[0].outbox.keys.size(), 1u);
  EXPECT_EQ(counts_.outbox_not_allowed, 1u);
  EXPECT_FALSE(Assemble({kBegin, Message(true, "{"), kCommit})[0].writes.everything);
  outbox_.allow_everything = true;
  EXPECT_TRUE(Assemble({kBegin, Message(true, "{"), kCommit})[0].writes.everything);
  EXPECT_TRUE(
      Assemble({kBegin, Message(true, R"({"everything": true})"), kCommit})[0].writes.everything);
}

TEST_F(TransactionAssemblerTest, TooManyTargetsOfMessagesAreEverything) {
  std::vector<std::string> messages = {kBegin};
  for (size_t i = 0; i <= OutboxTargets::kMaxNames; ++i) {
    messages.push_back(Message(true, absl::StrCat("{\"keys\": [\"", i, "\"]}")));
  }
  messages.push_back(kCommit);
  const auto transactions = Assemble(messages);
  EXPECT_TRUE(transactions[0].writes.everything);
  EXPECT_TRUE(transactions[0].outbox.empty());
}

TEST(OutboxMessageTest, NamesWhatIsWrong) {
  for (const auto& [content, error] : std::vector<std::pair<std::string, std::string>>{
           {"[]", "expected a JSON object"},
           {R"({"key": ["a"]})", "key: no such member"},
           {R"({"keys": "a"})", "keys: expected a list"},
           {R"({"keys": [1]})", "keys: expected texts"},
           {R"({"everything": 1})", "everything: expected true or false"}}) {
    EXPECT_EQ(ParseOutboxMessage(content).status().message(), error);
  }
  EXPECT_FALSE(ParseOutboxMessage(R"({"tags": ["a:*"]})").ok());
  EXPECT_FALSE(ParseOutboxMessage(R"({"patterns": ["("]})").ok());
}

}  // namespace
}  // namespace cache_invalidation::connect
