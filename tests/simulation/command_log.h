// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_SIMULATION_COMMAND_LOG_H_
#define CACHE_INVALIDATION_TESTS_SIMULATION_COMMAND_LOG_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/engine/limits.h"
#include "server/engine/model.h"
#include "server/shard/engine_time.h"
#include "server/shard/shard_observer.h"
#include "tests/property/step.h"
#include "tests/reference/reference_model.h"
#include "tests/simulation/report.h"

namespace cache_invalidation::simulation {

// Every command that the server applied, in order, and its result. When it is certain which of
// them survive, they are given to the reference model, which must agree with the engine.
class CommandLog final : public shard::ShardObserver {
 public:
  // The rules of a new namespace, and the limits of each. `report` must outlive this.
  CommandLog(std::vector<engine::Rule> default_rules, const engine::Limits& limits, Report& report)
      : create_namespace_({std::move(default_rules)}), limits_(limits), report_(report) {}

  // A run of the server begins: `time` is its engine time and must outlive the run. `keeps`:
  // acknowledged commands are never lost.
  void BeginRun(const std::string& epoch, const shard::EngineTime& time, bool keeps);

  // The commands that follow belong to that call.
  void BeginCall(uint64_t call, std::shared_ptr<property::Buffer> buffer);
  // The call was answered with success.
  void Acknowledge(uint64_t call);

  // The commands since the last call are one group; returns its number.
  uint64_t SealGroup();
  // The group is part of that write of the disk, counted from 0.
  void NoteWrite(uint64_t group, size_t write);

  // The run is over, and only the first `writes` writes of the disk are left. `forgives`:
  // acknowledged commands may be lost.
  void EndRun(size_t writes, bool forgives);

  void OnApplied(absl::string_view namespace_name, const engine::Command& command,
                 const engine::Applied& applied) override;
  void OnAnswered(absl::string_view, const engine::Query&) override {}
  void OnCancelled() override {}
  void OnRefused() override {}
  void OnTaken(const shard::MailboxStats&) override {}
  void OnGroupSealed(const shard::GroupStats&) override {}

  uint64_t applied() const { return applied_; }

 private:
  static constexpr size_t kNowhere = SIZE_MAX;

  struct Applied {
    std::string namespace_name;
    std::string epoch;
    absl::Time now;
    engine::Command command;
    std::shared_ptr<property::Buffer> buffer;
    uint64_t call = 0;
    uint64_t group = 0;
    size_t write = kNowhere;
    bool acknowledged = false;
    bool kept = false;  // once it is acknowledged
    absl::Status status;
    engine::Result result;
    std::vector<reference::OwnedEvent> events;
    uint64_t floor = 0;  // after it
  };

  void Compare(const Applied& applied);
  reference::ReferenceModel& ModelOf(const Applied& applied);

  const engine::CreateNamespace create_namespace_;
  const engine::Limits limits_;
  Report& report_;
  const shard::EngineTime* time_ = nullptr;
  std::string epoch_;
  bool keeps_ = false;
  std::set<std::string>
      broken_epochs_;  // acknowledged commands of them were lost: they must not continue
  uint64_t call_ = 0;
  std::shared_ptr<property::Buffer> buffer_;
  uint64_t group_ = 1;
  uint64_t applied_ = 0;
  std::vector<Applied> log_;
  size_t run_begin_ = 0;  // where this run begins in it
  size_t compared_ = 0;   // how much of it the models know
  struct Model {
    std::string epoch;
    reference::ReferenceModel model;
  };
  std::map<std::string, Model> models_;     // by namespace
  std::map<std::string, uint64_t> floors_;  // of the commands applied so far
};

}  // namespace cache_invalidation::simulation

#endif  // CACHE_INVALIDATION_TESTS_SIMULATION_COMMAND_LOG_H_
