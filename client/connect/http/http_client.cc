// SPDX-License-Identifier: Apache-2.0

#include "client/connect/http/http_client.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "curl/curl.h"

namespace cache_invalidation::connect {
namespace {

// Of the response's body, which is small but for error pages.
constexpr size_t kMaxBodyBytes = 64 << 10;

using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

List ListOf(const std::vector<std::string>& lines) {
  List list(nullptr, &curl_slist_free_all);
  for (const std::string& line : lines) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    Check(longer != nullptr, "memory for a line");
    static_cast<void>(list.release());
    list.reset(longer);
  }
  return list;
}

size_t OnBody(const char* data, size_t /*one*/, size_t size, void* to) {
  std::string& body = *static_cast<std::string*>(to);
  body.append(data, std::min(size, kMaxBodyBytes - body.size()));
  return size;
}

// Returns a header of the last response.
std::optional<std::string> HeaderOf(void* handle, const char* name) {
  curl_header* header = nullptr;
  if (curl_easy_header(handle, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return {};
  return header->value;
}

int OnProgress(void* interrupted, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(interrupted)->load() ? 1 : 0;
}

void* NewHandle() {
  // Once, before any handle: it is not thread-safe.
  static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
  Check(global == CURLE_OK, "libcurl starts");
  void* handle = curl_easy_init();
  Check(handle != nullptr, "memory for a connection");
  return handle;
}

}  // namespace

HttpClient::HttpClient(std::string address, absl::Duration timeout)
    : address_(std::move(address)), timeout_(timeout), handle_(NewHandle()) {}

HttpClient::~HttpClient() { curl_easy_cleanup(handle_); }

HttpResponse HttpClient::Send(const HttpRequest& request) {
  HttpResponse response;
  char error[CURL_ERROR_SIZE] = "";
  std::vector<std::string> lines = request.headers;
  // No pause before the body until the server says that it wants it.
  lines.push_back("Expect:");
  const List headers = ListOf(lines);
  const bool is_v6 = absl::StrContains(address_, ":");
  const List connect_to =
      ListOf({is_v6 ? absl::StrCat("::[", address_, "]:") : absl::StrCat("::", address_, ":")});
  curl_easy_reset(handle_);
  const auto set = [this](CURLoption option, auto value) {
    Check(curl_easy_setopt(handle_, option, value) == CURLE_OK, "libcurl has this option");
  };
  set(CURLOPT_ERRORBUFFER, error);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_HTTPHEADER, headers.get());
  if (!request.body.empty() || request.method == "POST") {
    set(CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.c_str());
  }
  set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  set(CURLOPT_USERAGENT, "cache_invalidation_connect");
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(timeout_)));
  set(CURLOPT_WRITEFUNCTION, &OnBody);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&response.body));
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &OnProgress);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(&interrupted_));
  if (!address_.empty()) {
    set(CURLOPT_CONNECT_TO, connect_to.get());
    // One cache among several is not behind a proxy, whatever the environment says.
    set(CURLOPT_PROXY, "");
  }
  const CURLcode code = curl_easy_perform(handle_);
  if (code != CURLE_OK) return {.error = error[0] != '\0' ? error : curl_easy_strerror(code)};
  long status = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  response.retry_after = HeaderOf(handle_, "retry-after");
  response.purged = HeaderOf(handle_, kPurgedHeader);
  return response;
}

}  // namespace cache_invalidation::connect
