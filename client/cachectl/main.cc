#include <iostream>

#include "client/cachectl/run.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  return static_cast<int>(
      cache_invalidation::cachectl::Run(argc, argv, std::cin, std::cout, std::cerr));
}
