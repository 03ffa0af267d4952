// SPDX-License-Identifier: Apache-2.0

// The cost of the cache of the SDK alone.

#include "tests/benchmark/works.h"

int main() { cache_invalidation::MeasureCache(); }
