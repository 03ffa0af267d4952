// The cost of the cache of the SDK alone.

#include "tests/benchmark/cache_benchmark.h"

int main() { cache_invalidation::MeasureCache(); }
