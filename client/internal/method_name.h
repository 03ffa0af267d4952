// SPDX-License-Identifier: Apache-2.0

#ifndef CACHE_INVALIDATION_CLIENT_INTERNAL_METHOD_NAME_H_
#define CACHE_INVALIDATION_CLIENT_INTERNAL_METHOD_NAME_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace cache_invalidation::client::internal {

// Returns the full name of the method that has this request: each request of the contract belongs
// to one method, of a service in the same file. Remains valid.
template <typename Request>
absl::string_view MethodOf() {
  static const std::string& name = *new std::string([] {
    const google::protobuf::Descriptor* request = Request::descriptor();
    const google::protobuf::FileDescriptor* file = request->file();
    for (int i = 0; i < file->service_count(); ++i) {
      const google::protobuf::ServiceDescriptor* service = file->service(i);
      for (int j = 0; j < service->method_count(); ++j) {
        if (service->method(j)->input_type() != request) continue;
        return absl::StrCat(service->full_name(), "/", service->method(j)->name());
      }
    }
    return std::string(request->full_name());
  }());
  return name;
}

}  // namespace cache_invalidation::client::internal

#endif  // CACHE_INVALIDATION_CLIENT_INTERNAL_METHOD_NAME_H_
