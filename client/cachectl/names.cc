#include "client/cachectl/names.h"

namespace cache_invalidation::cachectl {

std::string NameOf(client::InvalidationStrategy value) {
  switch (value) {
    case client::InvalidationStrategy::kImmediate:
      return "immediate";
    case client::InvalidationStrategy::kBatched:
      return "batched";
    case client::InvalidationStrategy::kLazy:
      return "lazy";
    case client::InvalidationStrategy::kCascade:
      return "cascade";
  }
  return "unknown";
}

std::string NameOf(client::Cardinality value) {
  switch (value) {
    case client::Cardinality::kOneToOne:
      return "one_to_one";
    case client::Cardinality::kOneToMany:
      return "one_to_many";
    case client::Cardinality::kManyToOne:
      return "many_to_one";
    case client::Cardinality::kManyToMany:
      return "many_to_many";
  }
  return "unknown";
}

std::string NameOf(client::TargetKind value) {
  switch (value) {
    case client::TargetKind::kTag:
      return "tag";
    case client::TargetKind::kKey:
      return "key";
    case client::TargetKind::kPattern:
      return "pattern";
    case client::TargetKind::kEverything:
      return "everything";
  }
  return "unknown";
}

std::string NameOf(client::EventSource value) {
  switch (value) {
    case client::EventSource::kUnknown:
      return "unknown";
    case client::EventSource::kWrite:
      return "write";
    case client::EventSource::kCall:
      return "call";
    case client::EventSource::kBatch:
      return "batch";
    case client::EventSource::kFillRefused:
      return "fill refused";
    case client::EventSource::kDependencyMoved:
      return "dependency moved";
    case client::EventSource::kLimit:
      return "limit";
  }
  return "unknown";
}

std::string NameOf(client::CauseStep value) {
  switch (value) {
    case client::CauseStep::kUnknown:
      return "unknown";
    case client::CauseStep::kDirect:
      return "direct";
    case client::CauseStep::kRelationship:
      return "relationship";
    case client::CauseStep::kRule:
      return "rule";
    case client::CauseStep::kCascade:
      return "cascade";
    case client::CauseStep::kDependency:
      return "dependency";
    case client::CauseStep::kCall:
      return "call";
    case client::CauseStep::kFillRefused:
      return "fill refused";
    case client::CauseStep::kDependencyMoved:
      return "dependency moved";
    case client::CauseStep::kLimit:
      return "limit";
    case client::CauseStep::kOthers:
      return "others";
  }
  return "unknown";
}

std::string NameOf(client::EntryState value) {
  switch (value) {
    case client::EntryState::kFresh:
      return "fresh";
    case client::EntryState::kStale:
      return "stale";
    case client::EntryState::kAbsent:
      return "absent";
  }
  return "unknown";
}

std::string NameOf(client::FillOutcome value) {
  switch (value) {
    case client::FillOutcome::kKept:
      return "kept";
    case client::FillOutcome::kRefusedMoved:
      return "refused: moved";
    case client::FillOutcome::kRefusedPosition:
      return "refused: position";
  }
  return "unknown";
}

std::string NameOf(client::ValidationState value) {
  switch (value) {
    case client::ValidationState::kNotMoved:
      return "not moved";
    case client::ValidationState::kMoved:
      return "moved";
  }
  return "unknown";
}

std::string NameOf(client::ExplanationKind value) {
  switch (value) {
    case client::ExplanationKind::kUnknown:
      return "unknown";
    case client::ExplanationKind::kWrite:
      return "write";
    case client::ExplanationKind::kDirect:
      return "direct";
    case client::ExplanationKind::kRule:
      return "rule";
    case client::ExplanationKind::kRelationship:
      return "relationship";
    case client::ExplanationKind::kTag:
      return "tag";
    case client::ExplanationKind::kKey:
      return "key";
    case client::ExplanationKind::kPattern:
      return "pattern";
    case client::ExplanationKind::kDependency:
      return "dependency";
    case client::ExplanationKind::kCascade:
      return "cascade";
    case client::ExplanationKind::kCondition:
      return "condition";
  }
  return "unknown";
}

}  // namespace cache_invalidation::cachectl
