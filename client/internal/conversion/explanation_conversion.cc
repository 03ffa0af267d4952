#include "client/internal/conversion/explanation_conversion.h"

namespace cache_invalidation::client::internal {
namespace {

v1::ExplanationKind KindToProto(ExplanationKind in) {
  switch (in) {
    case ExplanationKind::kUnknown:
      return v1::EXPLANATION_KIND_UNSPECIFIED;
    case ExplanationKind::kWrite:
      return v1::EXPLANATION_KIND_WRITE;
    case ExplanationKind::kDirect:
      return v1::EXPLANATION_KIND_DIRECT;
    case ExplanationKind::kRule:
      return v1::EXPLANATION_KIND_RULE;
    case ExplanationKind::kRelationship:
      return v1::EXPLANATION_KIND_RELATIONSHIP;
    case ExplanationKind::kTag:
      return v1::EXPLANATION_KIND_TAG;
    case ExplanationKind::kKey:
      return v1::EXPLANATION_KIND_KEY;
    case ExplanationKind::kPattern:
      return v1::EXPLANATION_KIND_PATTERN;
    case ExplanationKind::kDependency:
      return v1::EXPLANATION_KIND_DEPENDENCY;
    case ExplanationKind::kCascade:
      return v1::EXPLANATION_KIND_CASCADE;
    case ExplanationKind::kCondition:
      return v1::EXPLANATION_KIND_CONDITION;
  }
  return v1::EXPLANATION_KIND_UNSPECIFIED;
}

ExplanationKind KindFromProto(v1::ExplanationKind in) {
  switch (in) {
    case v1::EXPLANATION_KIND_WRITE:
      return ExplanationKind::kWrite;
    case v1::EXPLANATION_KIND_DIRECT:
      return ExplanationKind::kDirect;
    case v1::EXPLANATION_KIND_RULE:
      return ExplanationKind::kRule;
    case v1::EXPLANATION_KIND_RELATIONSHIP:
      return ExplanationKind::kRelationship;
    case v1::EXPLANATION_KIND_TAG:
      return ExplanationKind::kTag;
    case v1::EXPLANATION_KIND_KEY:
      return ExplanationKind::kKey;
    case v1::EXPLANATION_KIND_PATTERN:
      return ExplanationKind::kPattern;
    case v1::EXPLANATION_KIND_DEPENDENCY:
      return ExplanationKind::kDependency;
    case v1::EXPLANATION_KIND_CASCADE:
      return ExplanationKind::kCascade;
    case v1::EXPLANATION_KIND_CONDITION:
      return ExplanationKind::kCondition;
    default:
      return ExplanationKind::kUnknown;
  }
}

}  // namespace

void ToProto(const ExplanationNode& in, v1::ExplanationNode* out) {
  out->set_kind(KindToProto(in.kind));
  out->set_name(in.name);
  out->set_applies(in.applies);
  out->set_reason(in.reason);
  out->set_widened(in.widened);
  out->set_depth_left(in.depth_left);
  out->set_entries(in.entries);
  out->set_dependents(in.dependents);
  out->set_batched(in.batched);
  out->set_lazy(in.lazy);
  for (const ExplanationNode& child : in.children) ToProto(child, out->add_children());
  out->set_children_left_out(in.children_left_out);
}

ExplanationNode FromProto(const v1::ExplanationNode& in) {
  ExplanationNode out{.kind = KindFromProto(in.kind()),
                      .name = in.name(),
                      .applies = in.applies(),
                      .reason = in.reason(),
                      .widened = in.widened(),
                      .depth_left = in.depth_left(),
                      .entries = in.entries(),
                      .dependents = in.dependents(),
                      .batched = in.batched(),
                      .lazy = in.lazy(),
                      .children = {},
                      .children_left_out = in.children_left_out()};
  // protobuf parses at most 100 levels, so the recursion is bounded.
  for (const v1::ExplanationNode& child : in.children()) out.children.push_back(FromProto(child));
  return out;
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

}  // namespace cache_invalidation::client::internal
