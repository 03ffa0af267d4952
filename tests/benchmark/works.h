// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_TESTS_BENCHMARK_WORKS_H_
#define CACHE_INVALIDATION_TESTS_BENCHMARK_WORKS_H_

namespace cache_invalidation {

// Each measures one kind of work beside its limit, prints a table and takes less than two minutes.
// docs/performance.md says how each is measured.

// The CPU time of the server for a unary InvalidateByWrite.
void MeasureCalls();

// The CPU time of the server for a write in StreamWrites.
void MeasureStreamedWrites();

// The CPU time of the server for an event and a subscriber, the write included.
void MeasureDelivery();

// The time from a write to its event at subscribers.
void MeasureLatency();

// The CPU time of a command that invalidates a million keys, in the engine.
void MeasureCascade();

// How long the writes of another namespace wait for such a command.
void MeasureNeighbour();

// The memory of an entry in the engine.
void MeasureMemory();

// How much faster two shards are than one.
void MeasureNamespaces();

// The time of a write that waits for caches.
void MeasureWaiting();

// The time of a blocking call of the SDK.
void MeasureSdk();

// The CPU time and the memory of the cache of the SDK.
void MeasureCache();

}  // namespace cache_invalidation

#endif  // CACHE_INVALIDATION_TESTS_BENCHMARK_WORKS_H_
