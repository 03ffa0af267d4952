// SPDX-License-Identifier: Apache-2.0

#include "client/cachectl/result_text.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cachectl/report.h"

namespace cache_invalidation::cachectl {
namespace {

constexpr Word<client::TargetKind> kTargetWords[] = {
    {client::TargetKind::kTag, "tag"},
    {client::TargetKind::kKey, "key"},
    {client::TargetKind::kPattern, "pattern"},
    {client::TargetKind::kEverything, "everything"}};

constexpr Word<client::EventSource> kSourceWords[] = {
    {client::EventSource::kWrite, "write"},
    {client::EventSource::kCall, "call"},
    {client::EventSource::kBatch, "batch"},
    {client::EventSource::kFillRefused, "fill refused"},
    {client::EventSource::kDependencyMoved, "dependency moved"},
    {client::EventSource::kLimit, "limit"}};

constexpr Word<client::CauseStep> kStepWords[] = {
    {client::CauseStep::kDirect, "direct"},
    {client::CauseStep::kRelationship, "relationship"},
    {client::CauseStep::kRule, "rule"},
    {client::CauseStep::kCascade, "cascade"},
    {client::CauseStep::kDependency, "dependency"},
    {client::CauseStep::kCall, "call"},
    {client::CauseStep::kFillRefused, "fill refused"},
    {client::CauseStep::kDependencyMoved, "dependency moved"},
    {client::CauseStep::kLimit, "limit"},
    {client::CauseStep::kOthers, "others"}};

constexpr Word<client::EntryState> kStateWords[] = {{client::EntryState::kFresh, "fresh"},
                                                    {client::EntryState::kStale, "stale"},
                                                    {client::EntryState::kAbsent, "absent"}};

constexpr Word<client::FillOutcome> kOutcomeWords[] = {
    {client::FillOutcome::kKept, "kept"},
    {client::FillOutcome::kRefusedMoved, "refused: moved"},
    {client::FillOutcome::kRefusedPosition, "refused: position"}};

constexpr Word<client::ValidationState> kValidationWords[] = {
    {client::ValidationState::kNotMoved, "not moved"}, {client::ValidationState::kMoved, "moved"}};

constexpr Word<client::DeclarationChange> kChangeWords[] = {
    {client::DeclarationChange::kAdded, "added"},
    {client::DeclarationChange::kReplaced, "replaced"},
    {client::DeclarationChange::kUnchanged, "unchanged"},
    {client::DeclarationChange::kDeleted, "deleted"}};

constexpr Word<client::ExplanationKind> kExplanationWords[] = {
    {client::ExplanationKind::kWrite, "write"},
    {client::ExplanationKind::kDirect, "direct"},
    {client::ExplanationKind::kRule, "rule"},
    {client::ExplanationKind::kRelationship, "relationship"},
    {client::ExplanationKind::kTag, "tag"},
    {client::ExplanationKind::kKey, "key"},
    {client::ExplanationKind::kPattern, "pattern"},
    {client::ExplanationKind::kDependency, "dependency"},
    {client::ExplanationKind::kCascade, "cascade"},
    {client::ExplanationKind::kCondition, "condition"}};

template <typename Enum, size_t size>
std::string WordOf(const Word<Enum> (&words)[size], Enum value) {
  for (const Word<Enum>& word : words) {
    if (word.value == value) return std::string(word.text);
  }
  return "unknown";  // from a newer service
}

std::string Counts(const client::Position& position, uint32_t invalidations, uint32_t widened,
                   uint32_t pending) {
  std::string out = absl::StrCat("revision ", position.revision, ", ",
                                 Counted(invalidations, "invalidation", "invalidations"));
  if (widened > 0) absl::StrAppend(&out, ", ", widened, " widened");
  if (pending > 0) absl::StrAppend(&out, ", ", pending, " pending");
  return out + "\n";
}

std::string Headline(const client::ExplanationNode& node) {
  std::string out = absl::StrCat(node.applies ? "+ " : "- ", NameOf(node.kind));
  if (!node.name.empty()) absl::StrAppend(&out, " ", node.name);
  std::vector<std::string> remarks;
  if (!node.reason.empty()) remarks.push_back(node.reason);
  if (node.kind == client::ExplanationKind::kRelationship && node.applies) {
    remarks.push_back(Counted(node.depth_left, "hop", "hops") + " left");
  }
  if (node.widened) remarks.push_back("widened");
  if (node.batched) remarks.push_back("batched");
  if (node.lazy) remarks.push_back("lazy");
  if (node.entries > 0) remarks.push_back(Counted(node.entries, "entry", "entries"));
  if (node.dependents > 0) {
    remarks.push_back(Counted(node.dependents, "dependent", "dependents"));
  }
  if (!remarks.empty()) absl::StrAppend(&out, ": ", absl::StrJoin(remarks, ", "));
  return out;
}

void AppendTree(const client::ExplanationNode& node, int level, std::string& out) {
  const std::string margin(static_cast<size_t>(level) * 2, ' ');
  absl::StrAppend(&out, margin, Headline(node), "\n");
  for (const client::ExplanationNode& child : node.children) AppendTree(child, level + 1, out);
  if (node.children_left_out > 0) {
    absl::StrAppend(&out, margin, "  ... and ", node.children_left_out, " more\n");
  }
}

}  // namespace

std::string NamesOf(const std::vector<std::string>& names, uint32_t more) {
  return absl::StrCat(absl::StrJoin(names, " "),
                      more == 0 ? "" : absl::StrCat(" and ", more, " more"));
}

std::string NameOf(client::InvalidationStrategy value) { return WordOf(kStrategyWords, value); }
std::string NameOf(client::Cardinality value) { return WordOf(kCardinalityWords, value); }
std::string NameOf(client::TargetKind value) { return WordOf(kTargetWords, value); }
std::string NameOf(client::EventSource value) { return WordOf(kSourceWords, value); }
std::string NameOf(client::CauseStep value) { return WordOf(kStepWords, value); }
std::string NameOf(client::EntryState value) { return WordOf(kStateWords, value); }
std::string NameOf(client::FillOutcome value) { return WordOf(kOutcomeWords, value); }
std::string NameOf(client::ValidationState value) { return WordOf(kValidationWords, value); }
std::string NameOf(client::DeclarationChange value) { return WordOf(kChangeWords, value); }
std::string NameOf(client::ExplanationKind value) { return WordOf(kExplanationWords, value); }

std::string TextOf(const std::optional<client::Waiting>& waiting) {
  if (!waiting.has_value()) return "";
  if (waiting->not_waited) return "did not wait: too many calls are waiting already\n";
  std::string out = absl::StrCat(
      "waited for ",
      Counted(waiting->waited_for.size() + waiting->more_waited_for, "subscriber", "subscribers"));
  if (!waiting->lapsed.empty()) {
    absl::StrAppend(&out, "; lapsed: ", NamesOf(waiting->lapsed, waiting->more_lapsed));
  }
  if (!waiting->late.empty()) {
    absl::StrAppend(&out, "; late: ", NamesOf(waiting->late, waiting->more_late));
  }
  if (waiting->unknown_late) {
    absl::StrAppend(&out, "; late: possibly some from before the server started");
  }
  if (waiting->not_acknowledging > 0) {
    absl::StrAppend(&out, "; ", waiting->not_acknowledging,
                    waiting->not_acknowledging == 1 ? " does" : " do", " not acknowledge");
  }
  out += "\n";
  if (waiting->unknown_late) {
    out +=
        "their leases end about a minute after its start: repeat the call then, or give it a "
        "longer --timeout\n";
  }
  return out;
}

std::string TextOf(const client::WriteResult& result) {
  std::string out =
      Counts(result.position, result.invalidations, result.widened, result.pending_targets);
  if (!result.rules_fired.empty()) {
    absl::StrAppend(&out, "rules fired: ", absl::StrJoin(result.rules_fired, " "), "\n");
  }
  return out + TextOf(result.waiting);
}

std::string TextOf(const client::InvalidationResult& result) {
  return Counts(result.position, result.invalidations, result.widened, result.pending_targets) +
         TextOf(result.waiting);
}

std::string TextOf(const client::Explanation& explanation) {
  std::string out;
  AppendTree(explanation.root, 0, out);
  absl::StrAppend(&out, Counted(explanation.targets, "target", "targets"), ", ",
                  Counted(explanation.entries, "entry", "entries"), ", ",
                  Counted(explanation.dependents, "dependent", "dependents"), ", ",
                  explanation.widened, " widened\n");
  return out;
}

}  // namespace cache_invalidation::cachectl
