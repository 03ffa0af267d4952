#include "server/rpc/quiet_parser.h"

#include "google/protobuf/stubs/logging.h"

namespace cache_invalidation::rpc {

void KeepParserQuiet() { google::protobuf::SetLogHandler(nullptr); }

}  // namespace cache_invalidation::rpc
