// SPDX-License-Identifier: Apache-2.0

// What one command that invalidates a million keys takes in the engine.

#include <cstddef>
#include <vector>

#include "absl/time/time.h"
#include "common/check.h"
#include "server/engine/engine.h"
#include "server/wire/event_codec.h"
#include "tests/benchmark/figures.h"
#include "tests/benchmark/key_graph.h"
#include "tests/benchmark/resources.h"
#include "tests/benchmark/works.h"

namespace cache_invalidation {
namespace {

constexpr int kRuns = 3;

absl::Time Now() { return absl::FromUnixSeconds(1'000'000'000); }

void Fill(engine::Engine& engine, const KeyGraph& graph) {
  for (int key = 1; key < graph.size(); ++key) {
    engine::TrackEntries command;
    command.entries.resize(1);
    command.entries[0].key = graph.names()[key];
    for (const uint32_t source : graph.SourcesOf(key)) {
      command.entries[0].depends_on.keys.push_back(graph.names()[source]);
    }
    Check(engine.Apply(command, Now()).status.ok(), "the entry is kept");
  }
}

// Milliseconds of CPU time for the command and the encoding of its event.
double EngineTime(const KeyGraph& graph) {
  engine::Engine engine("epoch");
  Fill(engine, graph);
  const engine::Command command =
      engine::InvalidateWithDependencies{graph.names()[0], /*recursive=*/true};
  const absl::Duration before = ThreadTime();
  const engine::Applied applied = engine.Apply(command, Now());
  wire::EventEncoder encoder("default");
  for (const engine::Event& event : applied.events) encoder.Add(event);
  const auto chunks = encoder.Finish();
  const absl::Duration taken = ThreadTime() - before;
  Check(applied.events.size() == 1 &&
            applied.events[0].invalidations.size() == static_cast<size_t>(graph.size()),
        "one event names every key");
  return absl::ToDoubleMilliseconds(taken);
}

double WalkTime(const BareGraph& graph, int size) {
  const absl::Duration before = ThreadTime();
  Check(graph.Walk() == static_cast<size_t>(size), "every key follows the first one");
  return absl::ToDoubleMilliseconds(ThreadTime() - before);
}

}  // namespace

void MeasureCascade() {
  PrintHeading("cascade: one command that invalidates a million keys, in the engine",
               "CPU ms, with the encoding of its event; limit: a walk over the bare graph");
  for (const KeyGraph::Shape shape : kKeyGraphShapes) {
    const KeyGraph graph(shape);
    const BareGraph bare(graph);
    const std::vector<double> medians = MediansByTurns(
        kRuns, {[&] { return WalkTime(bare, graph.size()); }, [&] { return EngineTime(graph); }});
    PrintRow(graph.name(), medians[1], medians[0]);
  }
}

}  // namespace cache_invalidation
