// SPDX-License-Identifier: Apache-2.0

#include "client/internal/conversion/conversion.h"

namespace cache_invalidation::client::internal {
namespace {

constexpr EnumPair<ExplanationKind, v1::ExplanationKind> kExplanationKinds[] = {
    {ExplanationKind::kUnknown, v1::EXPLANATION_KIND_UNSPECIFIED},
    {ExplanationKind::kWrite, v1::EXPLANATION_KIND_WRITE},
    {ExplanationKind::kDirect, v1::EXPLANATION_KIND_DIRECT},
    {ExplanationKind::kRule, v1::EXPLANATION_KIND_RULE},
    {ExplanationKind::kRelationship, v1::EXPLANATION_KIND_RELATIONSHIP},
    {ExplanationKind::kTag, v1::EXPLANATION_KIND_TAG},
    {ExplanationKind::kKey, v1::EXPLANATION_KIND_KEY},
    {ExplanationKind::kPattern, v1::EXPLANATION_KIND_PATTERN},
    {ExplanationKind::kDependency, v1::EXPLANATION_KIND_DEPENDENCY},
    {ExplanationKind::kCascade, v1::EXPLANATION_KIND_CASCADE},
    {ExplanationKind::kCondition, v1::EXPLANATION_KIND_CONDITION},
};

}  // namespace

void ToProto(const ListNamespacesParams& in, v1::ListNamespacesRequest* out) {
  out->set_page_size(in.page_size);
  out->set_page_token(in.page_token);
}

void ToProto(const DeleteNamespaceParams& in, v1::DeleteNamespaceRequest* out) {
  out->set_namespace_(in.name);
  SetWait(in.wait, out);
}

void ToProto(const NamespacePage& in, v1::ListNamespacesResponse* out) {
  for (const std::string& name : in.names) out->add_namespaces()->set_name(name);
  out->set_next_page_token(in.next_page_token);
}

NamespacePage FromProto(const v1::ListNamespacesResponse& in) {
  NamespacePage out{.names = {}, .next_page_token = in.next_page_token()};
  for (const v1::Namespace& found : in.namespaces()) out.names.push_back(found.name());
  return out;
}

void ToProto(const NamespaceDeletion& in, v1::DeleteNamespaceResponse* out) {
  out->set_found(in.found);
  ToProto(in.position, out->mutable_position());
  if (in.waiting.has_value()) ToProto(*in.waiting, out->mutable_waiting());
}

NamespaceDeletion FromProto(const v1::DeleteNamespaceResponse& in) {
  return {.found = in.found(),
          .position = FromProto(in.position()),
          .waiting = FromProtoIf(in.has_waiting(), in.waiting())};
}

void ToProto(const InvalidationStats& in, v1::InvalidationStats* out) {
  out->set_rules(in.rules);
  out->set_relationships(in.relationships);
  out->set_total_invalidations(in.total_invalidations);
  out->set_immediate_invalidations(in.immediate_invalidations);
  out->set_batched_invalidations(in.batched_invalidations);
  out->set_lazy_invalidations(in.lazy_invalidations);
  out->set_cascade_invalidations(in.cascade_invalidations);
  out->set_widened(in.widened);
  out->set_pending_targets(in.pending_targets);
  out->set_tracked_entries(in.tracked_entries);
  out->set_dependency_edges(in.dependency_edges);
  out->set_unchecked_fills(in.unchecked_fills);
  out->set_refused_fills(in.refused_fills);
  out->set_dropped_entries(in.dropped_entries);
  out->set_subscribers(in.subscribers);
  ToProto(in.position, out->mutable_position());
  ToProto(in.rule_details, out->mutable_rule_details());
}

InvalidationStats FromProto(const v1::InvalidationStats& in) {
  return {
      .rules = in.rules(),
      .relationships = in.relationships(),
      .total_invalidations = in.total_invalidations(),
      .immediate_invalidations = in.immediate_invalidations(),
      .batched_invalidations = in.batched_invalidations(),
      .lazy_invalidations = in.lazy_invalidations(),
      .cascade_invalidations = in.cascade_invalidations(),
      .widened = in.widened(),
      .pending_targets = in.pending_targets(),
      .tracked_entries = in.tracked_entries(),
      .dependency_edges = in.dependency_edges(),
      .unchecked_fills = in.unchecked_fills(),
      .refused_fills = in.refused_fills(),
      .dropped_entries = in.dropped_entries(),
      .subscribers = in.subscribers(),
      .position = FromProto(in.position()),
      .rule_details = FromProto(in.rule_details()),
  };
}

InvalidationStats FromProto(const v1::GetInvalidationStatsResponse& in) {
  return FromProto(in.stats());
}

void ToProto(const ExplainWriteParams& in, v1::ExplainWriteRequest* out) {
  ToProto(in.write, out->mutable_write());
  out->set_key(in.key);
  ToProto(in.key_tags, out->mutable_key_tags());
}

void ToProto(const ExplanationNode& in, v1::ExplanationNode* out) {
  out->set_kind(ToProto(kExplanationKinds, in.kind));
  out->set_name(in.name);
  out->set_applies(in.applies);
  out->set_reason(in.reason);
  out->set_widened(in.widened);
  out->set_depth_left(in.depth_left);
  out->set_entries(in.entries);
  out->set_dependents(in.dependents);
  out->set_batched(in.batched);
  out->set_lazy(in.lazy);
  ToProto(in.children, out->mutable_children());
  out->set_children_left_out(in.children_left_out);
}

// protobuf parses at most 100 levels, so the recursion is bounded.
ExplanationNode FromProto(const v1::ExplanationNode& in) {
  return {.kind = FromProto(kExplanationKinds, in.kind()),
          .name = in.name(),
          .applies = in.applies(),
          .reason = in.reason(),
          .widened = in.widened(),
          .depth_left = in.depth_left(),
          .entries = in.entries(),
          .dependents = in.dependents(),
          .batched = in.batched(),
          .lazy = in.lazy(),
          .children = FromProto(in.children()),
          .children_left_out = in.children_left_out()};
}

void ToProto(const Explanation& in, v1::Explanation* out) {
  ToProto(in.root, out->mutable_root());
  out->set_key_hit(in.key_hit);
  out->set_targets(in.targets);
  out->set_entries(in.entries);
  out->set_dependents(in.dependents);
  out->set_widened(in.widened);
}

Explanation FromProto(const v1::Explanation& in) {
  return {.root = FromProto(in.root()),
          .key_hit = in.key_hit(),
          .targets = in.targets(),
          .entries = in.entries(),
          .dependents = in.dependents(),
          .widened = in.widened()};
}

Explanation FromProto(const v1::ExplainWriteResponse& in) { return FromProto(in.explanation()); }

}  // namespace cache_invalidation::client::internal
