// SPDX-License-Identifier: Apache-2.0

// The cost of the cache of the SDK alone.

#include "tests/benchmark/cache_benchmark.h"

int main() { cache_invalidation::MeasureCache(); }
