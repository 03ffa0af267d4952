// SPDX-License-Identifier: Apache-2.0

#include "server/rpc/conversion/write_conversion.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/delivery/observer.h"
#include "server/rpc/conversion/testing/answer_context.h"
#include "tests/support/every_field.h"
#include "tests/support/text.h"

namespace cache_invalidation::rpc {
namespace {

using ::testing::ElementsAre;
using testing::FromText;
using ::testing::IsEmpty;
using testing::UnsetFields;

constexpr char kWrite[] = R"(
    resource_type: "t" resource_id: "1" operation: "update" tags: ["a", "b"]
    context { fields { key: "x" value { number_value: 5 } } })";

// Serializes what a client sends and parses it as the server does.
template <typename Internal, typename Public>
Internal AsReceived(const Public& request) {
  Internal received;
  EXPECT_TRUE(received.ParseFromString(request.SerializeAsString()));
  return received;
}

void ExpectWrite(const engine::WriteEvent& write) {
  EXPECT_EQ(write.resource_type, "t");
  EXPECT_EQ(write.resource_id, "1");
  EXPECT_EQ(write.operation, "update");
  EXPECT_THAT(write.tags, ElementsAre("a", "b"));
  ASSERT_NE(write.context, nullptr);
  EXPECT_EQ(*write.context->Get().Find("x")->as_number(), 5);
}

TEST(WriteConversion, TakesEveryFieldOfTheRequests) {
  google::protobuf::Arena arena;
  const auto one = FromText<v1::InvalidateByWriteRequest>(
      absl::StrCat("namespace: 'n' request_id: 'i' wait_for_subscribers: true wait_timeout { "
                   "seconds: 1 } write {",
                   kWrite, "}"));
  EXPECT_THAT(UnsetFields(one), IsEmpty());
  const auto received = AsReceived<internal::v1::InvalidateByWriteRequest>(one);
  const absl::StatusOr<engine::InvalidateByWrites> command = ToInvalidateByWrite(received, arena);
  ASSERT_TRUE(command.ok()) << command.status();
  EXPECT_TRUE(command->immediate);
  ASSERT_EQ(command->writes.size(), 1u);
  ExpectWrite(command->writes[0]);

  const auto several = FromText<v1::InvalidateByWritesRequest>(
      absl::StrCat("namespace: 'n' request_id: 'i' wait_for_subscribers: true wait_timeout { "
                   "seconds: 1 } writes {",
                   kWrite, "} writes { resource_type: 'u' }"));
  EXPECT_THAT(UnsetFields(several), IsEmpty());
  const auto several_received = AsReceived<internal::v1::InvalidateByWritesRequest>(several);
  const absl::StatusOr<engine::InvalidateByWrites> commands =
      ToInvalidateByWrites(several_received, arena);
  EXPECT_TRUE(commands->immediate);
  ASSERT_EQ(commands->writes.size(), 2u);
  ExpectWrite(commands->writes[0]);
  EXPECT_EQ(commands->writes[1].context, nullptr);

  const auto explain = FromText<v1::ExplainWriteRequest>(
      absl::StrCat("namespace: 'n' key: 'k' key_tags: 'kt' write {", kWrite, "}"));
  EXPECT_THAT(UnsetFields(explain), IsEmpty());
  const auto explain_received = AsReceived<internal::v1::ExplainWriteRequest>(explain);
  const absl::StatusOr<engine::ExplainWrite> query = ToExplainWrite(explain_received, arena);
  ExpectWrite(query->write);
  EXPECT_EQ(query->key, "k");
  EXPECT_THAT(query->key_tags, ElementsAre("kt"));
}

// Every field of the contract exists under its number, as itself or as bytes, and no other field
// does.
void ExpectSameBytes(const google::protobuf::Descriptor& contract,
                     const google::protobuf::Descriptor& internal) {
  ASSERT_EQ(contract.field_count(), internal.field_count()) << internal.full_name();
  for (int i = 0; i < contract.field_count(); ++i) {
    const google::protobuf::FieldDescriptor& field = *contract.field(i);
    const google::protobuf::FieldDescriptor* other = internal.FindFieldByName(field.name());
    ASSERT_NE(other, nullptr) << field.full_name();
    EXPECT_EQ(other->number(), field.number()) << field.full_name();
    EXPECT_EQ(other->label(), field.label()) << field.full_name();
    if (other->type() == google::protobuf::FieldDescriptor::TYPE_BYTES) {
      const bool is_struct =
          field.message_type() != nullptr && field.message_type()->name() == "Struct";
      EXPECT_TRUE(is_struct || field.type() == google::protobuf::FieldDescriptor::TYPE_STRING)
          << field.full_name();
    } else {
      EXPECT_EQ(other->type(), field.type()) << field.full_name();
    }
    if (other->message_type() != nullptr) {
      ExpectSameBytes(*field.message_type(), *other->message_type());
    }
  }
}

TEST(WriteConversion, ReadsTheContractByItsBytes) {
  ExpectSameBytes(*v1::InvalidateByWriteRequest::descriptor(),
                  *internal::v1::InvalidateByWriteRequest::descriptor());
  ExpectSameBytes(*v1::InvalidateByWritesRequest::descriptor(),
                  *internal::v1::InvalidateByWritesRequest::descriptor());
  ExpectSameBytes(*v1::StreamWritesRequest::descriptor(),
                  *internal::v1::StreamWritesRequest::descriptor());
  ExpectSameBytes(*v1::ExplainWriteRequest::descriptor(),
                  *internal::v1::ExplainWriteRequest::descriptor());
}

TEST(WriteConversion, FillsEveryFieldOfTheAnswers) {
  const engine::InvalidationResult result = {
      .revision = 1, .invalidations = 2, .rules_fired = {"r"}, .widened = 3, .pending_targets = 4};
  v1::InvalidateByWriteResponse one;
  FromInvalidateByWrite(result, kContext, &one);
  EXPECT_THAT(UnsetFields(one), ElementsAre("waiting")) << "it did not wait";
  delivery::WaitOutcome outcome;
  const std::string long_name(kMaxWaitingNameBytes + 1, 'x');
  outcome.waited_for = {"a", "b", long_name};
  outcome.lapsed = {"a", long_name};
  outcome.late = {"b", long_name};
  outcome.not_acknowledging = 1;
  outcome.unknown_late = true;
  outcome.not_waited = true;
  AnswerContext waited = kContext;
  waited.waiting = &outcome;
  FromInvalidateByWrite(result, waited, &one);
  EXPECT_THAT(UnsetFields(one), IsEmpty());
  v1::InvalidateByWritesResponse several;
  FromInvalidateByWrites(result, waited, &several);
  EXPECT_THAT(UnsetFields(several), IsEmpty());
}

TEST(WriteConversion, AnExplanationHasTheTraceOfItsCall) {
  v1::ExplainWriteResponse response;
  FromExplainWrite({}, kContext, &response);
  EXPECT_EQ(response.trace_id(), "");
  const auto trace_id = []() -> absl::string_view { return "4bf92f3577b34da6a3ce929d0e0e4736"; };
  FromExplainWrite({}, {"shop", "epoch", NoSubscribers, nullptr, trace_id}, &response);
  EXPECT_EQ(response.trace_id(), trace_id());
}

engine::ExplanationNode FullNode() {
  engine::ExplanationNode node;
  node.kind = engine::ExplanationKind::kCascade;
  node.name = "n";
  node.reason = "because";
  node.widened = true;
  node.depth_left = 1;
  node.entries = 2;
  node.dependents = 3;
  node.batched = true;
  node.lazy = true;
  node.children_left_out = 4;
  return node;
}

TEST(ExplanationConversion, FillsEveryField) {
  engine::Explanation explanation = {.root = FullNode(),
                                     .key_hit = true,
                                     .targets = 1,
                                     .entries = 2,
                                     .dependents = 3,
                                     .widened = 4};
  explanation.root.children = {FullNode(), FullNode()};
  v1::Explanation proto;
  FromExplanation(explanation, &proto);
  EXPECT_THAT(UnsetFields(proto), IsEmpty());
  ASSERT_EQ(proto.root().children_size(), 2);
  EXPECT_THAT(UnsetFields(proto.root().children(1)), IsEmpty());
  EXPECT_EQ(proto.root().children_left_out(), 4u);
}

TEST(ExplanationConversion, StaysReadableHoweverDeepTheTree) {
  engine::Explanation explanation;
  engine::ExplanationNode* node = &explanation.root;
  for (int i = 0; i < 500; ++i) {
    node->children.emplace_back();
    node = &node->children.back();
  }
  v1::ExplainWriteResponse response;
  FromExplanation(explanation, response.mutable_explanation());
  v1::ExplainWriteResponse read;
  ASSERT_TRUE(read.ParseFromString(response.SerializeAsString()));
  const v1::ExplanationNode* deepest = &read.explanation().root();
  while (deepest->children_size() > 0) deepest = &deepest->children(0);
  EXPECT_EQ(deepest->children_left_out(), 1u) << "it says that it goes on";
}

}  // namespace
}  // namespace cache_invalidation::rpc
