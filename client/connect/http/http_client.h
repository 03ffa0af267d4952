// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_HTTP_CLIENT_H_
#define CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_HTTP_CLIENT_H_

#include <atomic>
#include <string>

#include "absl/time/time.h"
#include "client/connect/http/purge_request.h"

namespace cache_invalidation::connect {

// Sends requests by libcurl, one after the other, on a connection that it keeps. HTTP and HTTPS
// only, certificates are checked, redirects are not followed: they could lead anywhere, with the
// token. For one thread, but for Interrupt.
class HttpClient {
 public:
  // `address`: where to connect in place of the URL's host; empty: what the name resolves to.
  HttpClient(std::string address, absl::Duration timeout);
  ~HttpClient();

  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  HttpResponse Send(const HttpRequest& request);

  // A Send that runs, and any later one, ends without a response within a second. Thread-safe.
  void Interrupt() { interrupted_ = true; }

 private:
  const std::string address_;
  const absl::Duration timeout_;
  std::atomic<bool> interrupted_ = false;
  void* const handle_;  // CURL*
};

}  // namespace cache_invalidation::connect

#endif  // CACHE_INVALIDATION_CLIENT_CONNECT_HTTP_HTTP_CLIENT_H_
