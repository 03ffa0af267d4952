// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_PROPERTY_GENERATOR_H_
#define CACHE_INVALIDATION_TESTS_PROPERTY_GENERATOR_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "server/engine/limits.h"
#include "tests/property/choices.h"
#include "tests/property/step.h"

namespace cache_invalidation::property {

// The epoch of the generated histories.
inline constexpr char kEpoch[] = "epoch";

// Returns the limits of the namespace of that sequence. Every third has limits so small that
// sequences reach them.
engine::Limits LimitsOf(uint64_t seed);

// Generates the steps of one sequence. Every sequence prefers different kinds of steps, so that
// some have long runs of what is rare in others.
//
// The same seed and the same heads and floors generate the same sequence.
class Generator {
 public:
  explicit Generator(uint64_t seed);

  // The state of the namespace determines which positions are valid.
  Step Next(uint64_t head, uint64_t floor, absl::string_view epoch = kEpoch);

 private:
  using Make = void (Generator::*)(Step&);

  struct Kind {
    Make make;
    uint64_t weight;
  };

  absl::string_view Keep(std::string text) { return buffer_->Keep(std::move(text)); }
  engine::PositionView Position();
  engine::WriteEvent Write();
  engine::DependencyNames Dependencies(const std::string& key);
  engine::TrackedEntry Fill();
  absl::string_view FillId();
  std::optional<absl::Duration> Ttl();
  std::vector<absl::string_view> Tags(uint64_t least, uint64_t most);
  std::vector<absl::string_view> Keys(uint64_t least, uint64_t most);

  void MakeWrites(Step& step);
  void MakeInvalidate(Step& step);
  void MakeInvalidateWithDependencies(Step& step);
  void MakeFlush(Step& step);
  void MakeStaleTimer(Step& step);
  void MakeSetBatchDelay(Step& step);
  void MakeRegisterRule(Step& step);
  void MakeDeleteRule(Step& step);
  void MakeRegisterRelationship(Step& step);
  void MakeDeleteRelationship(Step& step);
  void MakeApplyDeclarations(Step& step);
  void MakeAddDependency(Step& step);
  void MakeRemoveDependency(Step& step);
  void MakeTrack(Step& step);
  void MakeUntrack(Step& step);
  void MakeSweep(Step& step);
  void MakeCreateNamespace(Step& step);
  void MakeRuleQuery(Step& step);
  void MakeRelationshipQuery(Step& step);
  void MakeListDependencies(Step& step);
  void MakeLookup(Step& step);
  void MakeValidate(Step& step);
  void MakeExplain(Step& step);

  Choices choices_;
  std::vector<Kind> kinds_;
  std::shared_ptr<Buffer> buffer_;
  std::string epoch_;
  uint64_t head_ = 0;
  uint64_t floor_ = 0;
  bool first_ = true;
};

}  // namespace cache_invalidation::property

#endif  // CACHE_INVALIDATION_TESTS_PROPERTY_GENERATOR_H_
