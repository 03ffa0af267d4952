// SPDX-License-Identifier: Apache-2.0

#include "server/wire/record_codec.h"

#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "protos/cache_invalidation/v1/relationship.pb.h"
#include "protos/cache_invalidation/v1/rule.pb.h"
#include "protos/internal/v1/records.pb.h"

namespace cache_invalidation::wire {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Sets every field, including those of nested messages, to a distinct value that is not the
// default. An enum gets the value number `turn` modulo the number of its values.
void Fill(Message& message, int turn, int& counter) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    for (int repeat = 0; repeat < (field->is_repeated() ? 2 : 1); ++repeat) {
      const int value = ++counter;
      switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_UINT64:
          if (field->is_repeated()) {
            reflection.AddUInt64(&message, field, (uint64_t{1} << 40) + value);
          } else {
            reflection.SetUInt64(&message, field, (uint64_t{1} << 40) + value);
          }
          break;
        case FieldDescriptor::CPPTYPE_INT64:
          reflection.SetInt64(&message, field, 1'600'000'000 + value);
          break;
        case FieldDescriptor::CPPTYPE_UINT32:
          reflection.SetUInt32(&message, field, value);
          break;
        case FieldDescriptor::CPPTYPE_INT32:
          // The nanoseconds of times are int32, too, but must not be negative.
          reflection.SetInt32(&message, field, field->name() == "nanos" ? value : -value);
          break;
        case FieldDescriptor::CPPTYPE_BOOL:
          reflection.SetBool(&message, field, true);
          break;
        case FieldDescriptor::CPPTYPE_ENUM:
          reflection.SetEnumValue(&message, field,
                                  1 + turn % (field->enum_type()->value_count() - 1));
          break;
        case FieldDescriptor::CPPTYPE_STRING:
          if (field->is_repeated()) {
            reflection.AddString(&message, field, absl::StrCat("value ", value));
          } else {
            reflection.SetString(&message, field, absl::StrCat("value ", value));
          }
          break;
        case FieldDescriptor::CPPTYPE_MESSAGE:
          Fill(field->is_repeated() ? *reflection.AddMessage(&message, field)
                                    : *reflection.MutableMessage(&message, field),
               turn, counter);
          break;
        default:
          FAIL() << "a new type of field: " << field->full_name();
      }
    }
  }
}

template <typename RecordMessage>
class RecordCodecTest : public testing::Test {};

// A message and its kind.
template <typename MessageType, RowKind kRowKind>
struct Stored {
  using Message = MessageType;
  static constexpr RowKind kKind = kRowKind;
};

using AllRecords = testing::Types<Stored<internal::v1::MetaRecord, RowKind::kMeta>,
                                  Stored<v1::Rule, RowKind::kRule>,
                                  Stored<internal::v1::RuleCountersRecord, RowKind::kRuleCounters>,
                                  Stored<v1::Relationship, RowKind::kRelationship>,
                                  Stored<internal::v1::DependencyRecord, RowKind::kDependency>,
                                  Stored<internal::v1::EntryRecord, RowKind::kEntry>,
                                  Stored<internal::v1::KeyRevisionRecord, RowKind::kKeyRevision>,
                                  Stored<internal::v1::PendingRecord, RowKind::kPending>,
                                  Stored<internal::v1::SweepRecord, RowKind::kSweep>>;
TYPED_TEST_SUITE(RecordCodecTest, AllRecords);

template <typename M>
std::string IdentityOf(const M& message) {
  return message.name();
}
std::string IdentityOf(const internal::v1::MetaRecord&) { return ""; }
std::string IdentityOf(const internal::v1::SweepRecord&) { return ""; }
std::string IdentityOf(const internal::v1::EntryRecord& message) { return message.key(); }
std::string IdentityOf(const internal::v1::KeyRevisionRecord& message) { return message.key(); }
std::string IdentityOf(const internal::v1::DependencyRecord& message) {
  return std::string(1, static_cast<char>(message.key().size())) + message.key() +
         (message.depends_on_kind() == internal::v1::NAME_KIND_KEY ? "k" : "t") +
         message.depends_on();
}
std::string IdentityOf(const internal::v1::PendingRecord& message) {
  switch (message.target()) {
    case internal::v1::TARGET_KIND_EVERYTHING:
      return "e";
    case internal::v1::TARGET_KIND_TAG:
      return "t" + message.name();
    case internal::v1::TARGET_KIND_KEY:
      return "k" + message.name();
    default:
      return "p" + message.name();
  }
}

// Fails for a field of a message that no record has, or that is read or written wrongly. (A field
// of a record that no message has does not compile, see record_to_message.cc.)
TYPED_TEST(RecordCodecTest, EveryFieldSurvives) {
  for (int turn = 0; turn < 9; ++turn) {
    typename TypeParam::Message message;
    int counter = 0;
    Fill(message, turn, counter);
    const std::string identity = IdentityOf(message);
    const auto record = DecodeRecord(TypeParam::kKind, identity, message.SerializeAsString());
    ASSERT_TRUE(record.ok()) << record.status();
    const Row row = EncodeRecord(*record);
    EXPECT_EQ(row.kind, TypeParam::kKind);
    EXPECT_EQ(row.identity, identity);
    typename TypeParam::Message again;
    ASSERT_TRUE(again.ParseFromString(row.value));
    EXPECT_EQ(again.DebugString(), message.DebugString());
    const Row deleted = EncodeRecordIdentity(*record);
    EXPECT_EQ(deleted.kind, TypeParam::kKind);
    EXPECT_EQ(deleted.identity, identity);
    EXPECT_EQ(deleted.value, "");
  }
}

TYPED_TEST(RecordCodecTest, RefusesBytesThatAreNoMessage) {
  const auto record = DecodeRecord(TypeParam::kKind, "", "\xff\xff");
  EXPECT_EQ(record.status().code(), absl::StatusCode::kDataLoss);
}

TYPED_TEST(RecordCodecTest, RefusesEnumsItDoesNotKnow) {
  typename TypeParam::Message message;
  const google::protobuf::Descriptor* descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (descriptor->field(i)->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      int counter = 0;
      Fill(message, 0, counter);
      const std::string identity = IdentityOf(message);
      message.GetReflection()->SetEnumValue(&message, descriptor->field(i), 99);
      EXPECT_EQ(
          DecodeRecord(TypeParam::kKind, identity, message.SerializeAsString()).status().code(),
          absl::StatusCode::kDataLoss);
    }
  }
}

TEST(RecordCodecCaseTest, RefusesARowUnderAnotherIdentity) {
  const Row row = EncodeRecord(engine::KeyRevisionRecord{.key = "a", .evicted = 1});
  EXPECT_TRUE(DecodeRecord(row.kind, "a", row.value).ok());
  EXPECT_EQ(DecodeRecord(row.kind, "b", row.value).status().code(), absl::StatusCode::kDataLoss);
}

// The safe default: nothing is assumed about the fills of an entry.
TEST(RecordCodecCaseTest, AnEntryIsMixedByDefault) {
  internal::v1::EntryRecord message;
  message.set_key("a");
  const auto record = DecodeRecord(RowKind::kEntry, "a", message.SerializeAsString());
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_TRUE(std::get<engine::EntryRecord>(*record).mixed);
}

std::optional<absl::Time> ExpiryAfterRoundTrip(std::optional<absl::Time> expires) {
  engine::EntryRecord entry;
  entry.key = "a";
  entry.expires = expires;
  const Row row = EncodeRecord(entry);
  const auto record = DecodeRecord(row.kind, row.identity, row.value);
  EXPECT_TRUE(record.ok()) << record.status();
  return record.ok() ? std::get<engine::EntryRecord>(*record).expires : absl::InfinitePast();
}

TEST(RecordCodecCaseTest, AbsentTimesStayAbsent) {
  EXPECT_EQ(ExpiryAfterRoundTrip(std::nullopt), std::nullopt);
}

TEST(RecordCodecCaseTest, TimesSurviveToTheNanosecond) {
  for (const absl::Time time :
       {absl::UnixEpoch(), absl::FromUnixNanos(1), absl::FromUnixNanos(-1),
        absl::FromUnixSeconds(20'000'000'000) + absl::Nanoseconds(999'999'999)}) {
    EXPECT_EQ(ExpiryAfterRoundTrip(time), time);
  }
}

// The edges "a" to "bc" and "ab" to "c" differ, and so do those to a key and to a tag.
TEST(RecordCodecCaseTest, IdentitiesOfEdgesDoNotCollide) {
  using engine::NameKind;
  std::set<std::string> identities;
  const std::vector<engine::DependencyRecord> edges = {
      {"a", NameKind::kKey, "bc", {}},  {"ab", NameKind::kKey, "c", {}},
      {"a", NameKind::kKey, "kbc", {}}, {"ak", NameKind::kKey, "bc", {}},
      {"a", NameKind::kTag, "bc", {}},
  };
  for (const engine::DependencyRecord& edge : edges) {
    identities.insert(EncodeRecordIdentity(edge).identity);
  }
  EXPECT_EQ(identities.size(), edges.size());
}

TEST(RecordCodecCaseTest, EveryKindIsListed) {
  EXPECT_EQ(std::size(kAllRowKinds), std::variant_size_v<engine::Record>);
}

}  // namespace
}  // namespace cache_invalidation::wire
