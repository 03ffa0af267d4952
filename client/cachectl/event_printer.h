#ifndef CACHE_INVALIDATION_CLIENT_CACHECTL_EVENT_PRINTER_H_
#define CACHE_INVALIDATION_CLIENT_CACHECTL_EVENT_PRINTER_H_

#include <cstdint>
#include <ostream>
#include <string>

#include "client/cachectl/report.h"
#include "client/event.h"
#include "client/subscription.h"

namespace cache_invalidation::cachectl {

// Prints the events and resets of a subscription: JSON as one Event per line, YAML as one document
// per event, a table as several lines. Flushes after each, so that the reader of a pipe sees it
// at once. A reset is printed as `{"reset": ...}`, with a Reset of the contract.
//
// Thread-compatible. `out` must outlive it.
class EventPrinter {
 public:
  // With `color`, tables also mark the kinds of invalidations by colors.
  EventPrinter(OutputFormat format, bool color, std::ostream& out)
      : format_(format), color_(color), out_(out) {}

  void Print(const client::Event& event);
  void Print(const client::SubscriptionReset& reset);

 private:
  void PrintJson(const std::string& json);

  OutputFormat format_;
  bool color_;
  std::ostream& out_;
};

}  // namespace cache_invalidation::cachectl

#endif  // CACHE_INVALIDATION_CLIENT_CACHECTL_EVENT_PRINTER_H_
