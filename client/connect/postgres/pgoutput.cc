// SPDX-License-Identifier: Apache-2.0

#include "client/connect/postgres/pgoutput.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace cache_invalidation::connect {
namespace {

using change::ColumnValue;
using Action = change::RowChange::Action;

// PostgreSQL counts microseconds from here.
const absl::Time kEpoch = absl::FromCivil(absl::CivilDay(2000, 1, 1), absl::UTCTimeZone());

// Reads numbers and texts from bytes. After the first that is not there, every read returns zero or
// nothing and ok() is false.
class Input {
 public:
  explicit Input(absl::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool AtEnd() const { return rest_.empty(); }

  absl::string_view Bytes(size_t count) {
    if (count > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const absl::string_view out = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return out;
  }
  absl::string_view Rest() { return std::exchange(rest_, {}); }

  uint64_t Number(size_t bytes) {
    uint64_t out = 0;
    for (const char byte : Bytes(bytes)) out = out << 8 | static_cast<unsigned char>(byte);
    return out;
  }
  char Letter() { return static_cast<char>(Number(1)); }
  bool Flag() { return (Letter() & 1) != 0; }
  uint16_t Int16() { return static_cast<uint16_t>(Number(2)); }
  uint32_t Int32() { return static_cast<uint32_t>(Number(4)); }
  uint64_t Int64() { return Number(8); }
  absl::Time Time() { return kEpoch + absl::Microseconds(static_cast<int64_t>(Int64())); }
  std::string Text() {
    const size_t end = rest_.find('\0');
    if (end == absl::string_view::npos) {
      Bytes(rest_.size() + 1);
      return "";
    }
    std::string out(Bytes(end));
    Bytes(1);
    return out;
  }
  std::string Content() { return std::string(Bytes(Int32())); }
  void Fail() { Bytes(rest_.size() + 1); }

 private:
  absl::string_view rest_;
  bool ok_ = true;
};

// Members of a struct are read in the order in which they are written, as C++ guarantees.
RelationMessage ReadRelation(Input& in) {
  RelationMessage out{
      .oid = in.Int32(), .schema = in.Text(), .table = in.Text(), .identity = in.Letter()};
  const uint16_t columns = in.Int16();
  for (uint16_t i = 0; i < columns && in.ok(); ++i) {
    out.columns.push_back({.in_identity = in.Flag(), .name = in.Text(), .type_oid = in.Int32()});
    in.Int32();  // the modifier of the type
  }
  // Protocol version 1 abbreviates the schema of the system's tables to nothing.
  if (out.schema.empty()) out.schema = "pg_catalog";
  return out;
}

Tuple ReadTuple(Input& in) {
  Tuple out;
  const uint16_t columns = in.Int16();
  for (uint16_t i = 0; i < columns && in.ok(); ++i) {
    switch (in.Letter()) {
      case 'n':
        out.push_back({.kind = ColumnValue::Kind::kNull});
        break;
      case 'u':
        out.push_back({.kind = ColumnValue::Kind::kUnchanged});
        break;
      case 't':
        out.push_back({.kind = ColumnValue::Kind::kText, .text = in.Content()});
        break;
      default:
        in.Fail();
    }
  }
  return out;
}

RowMessage ReadRow(Action action, Input& in) {
  RowMessage out{.action = action, .oid = in.Int32()};
  char kind = in.Letter();
  if (action != Action::kInsert && (kind == 'K' || kind == 'O')) {
    out.old_kind = kind;
    out.old = ReadTuple(in);
    if (action == Action::kDelete) return out;
    kind = in.Letter();
  }
  if (action == Action::kDelete || kind != 'N') {
    in.Fail();
    return out;
  }
  out.now = ReadTuple(in);
  return out;
}

TruncateMessage ReadTruncate(Input& in) {
  TruncateMessage out;
  const uint32_t tables = in.Int32();
  in.Letter();  // CASCADE, RESTART IDENTITY
  for (uint32_t i = 0; i < tables && in.ok(); ++i) out.oids.push_back(in.Int32());
  return out;
}

PgoutputMessage ReadMessage(char letter, Input& in) {
  switch (letter) {
    case 'B':
      return BeginMessage{.commit = in.Int64(), .time = in.Time(), .xid = in.Int32()};
    case 'C':
      in.Letter();  // flags, none of which exist
      return Commit{.lsn = in.Int64(), .end = in.Int64(), .time = in.Time()};
    case 'R':
      return ReadRelation(in);
    case 'I':
      return ReadRow(Action::kInsert, in);
    case 'U':
      return ReadRow(Action::kUpdate, in);
    case 'D':
      return ReadRow(Action::kDelete, in);
    case 'T':
      return ReadTruncate(in);
    case 'M':
      return LogicalMessage{.transactional = in.Flag(),
                            .lsn = in.Int64(),
                            .prefix = in.Text(),
                            .content = in.Content()};
    case 'O':
    case 'Y':
      in.Rest();
      return OtherMessage();
    default:
      in.Fail();
      return OtherMessage();
  }
}

absl::Status Malformed(absl::string_view what, char letter) {
  return absl::InvalidArgumentError(
      absl::StrCat("malformed ", what, " ", static_cast<int>(static_cast<unsigned char>(letter))));
}

void Append(std::string& out, uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift));
}

}  // namespace

absl::StatusOr<PgoutputMessage> DecodePgoutput(absl::string_view bytes) {
  Input in(bytes);
  const char letter = in.Letter();
  PgoutputMessage out = ReadMessage(letter, in);
  if (!in.ok() || !in.AtEnd()) return Malformed("message", letter);
  return out;
}

absl::StatusOr<ReplicationFrame> DecodeFrame(absl::string_view bytes) {
  Input in(bytes);
  ReplicationFrame frame;
  const char letter = in.Letter();
  if (letter == 'w') in.Int64();  // the start of the change, which is 0 for some messages
  frame.end = in.Int64();
  in.Int64();  // the server's clock
  if (letter == 'w') {
    frame.message = in.Rest();
  } else {
    frame.wants_status = in.Letter() != 0;
  }
  const bool is_frame = letter == 'w' || letter == 'k';
  if (!is_frame || !in.ok() || !in.AtEnd()) return Malformed("frame", letter);
  return frame;
}

std::string EncodeStatus(Lsn received, Lsn confirmed, absl::Time now, bool wants_keepalive) {
  std::string out = "r";
  Append(out, received);
  Append(out, confirmed);
  Append(out, confirmed);
  Append(out, static_cast<uint64_t>(absl::ToInt64Microseconds(now - kEpoch)));
  out.push_back(wants_keepalive ? 1 : 0);
  return out;
}

}  // namespace cache_invalidation::connect
