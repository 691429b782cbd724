#include "agent/spool/segment.h"

#include <fmt/format.h>

#include <boost/crc.hpp>
#include <charconv>

#include "common/core/hex.h"
#include "common/core/text.h"

namespace picket::agent {
namespace {

constexpr std::string_view kMagic{"PKTSPOOL1\0", 10};
constexpr std::string_view kMarker{"PKTR", 4};
constexpr std::string_view kSuffix{"seg"};

using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

template <class Number>
void put(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    out.push_back(static_cast<char>(number >> (8 * i) & 0xFF));
}

template <class Number>
Number get(std::string_view bytes) {
  Number number = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    number |= static_cast<Number>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return number;
}

std::string raw_id(const SpoolId& spool) { return from_hex(spool.value).value_or(std::string{}); }

std::uint32_t checksum(std::string_view id, std::string_view head, std::string_view payload) {
  Crc32c crc;
  crc.process_bytes(id.data(), id.size());
  crc.process_bytes(head.data(), head.size());
  crc.process_bytes(payload.data(), payload.size());
  return crc.checksum();
}

std::string header_of(std::string_view id) {
  std::string out{kMagic};
  out += id;
  put(out, checksum(id, kMagic, {}));
  return out;
}

enum class Look { intact, cut, wrong };

// A frame at the start of `bytes`.
struct FrameView {
  Look look{Look::wrong};
  std::uint64_t seq{0};
  std::string_view payload;
};

FrameView look_at(std::string_view id, std::string_view bytes) {
  if (!bytes.starts_with(kMarker) && !kMarker.starts_with(bytes)) return {};
  if (bytes.size() < kFrameHeaderBytes) return {Look::cut, 0, {}};
  const auto length = get<std::uint32_t>(bytes.substr(4));
  if (length > kPayloadBytesMax) return {};
  if (bytes.size() - kFrameHeaderBytes < length) return {Look::cut, 0, {}};
  const auto payload = bytes.substr(kFrameHeaderBytes, length);
  if (get<std::uint32_t>(bytes.substr(16)) != checksum(id, bytes.substr(4, 12), payload)) return {};
  return {Look::intact, get<std::uint64_t>(bytes.substr(8)), payload};
}

std::size_t next_intact(std::string_view id, std::string_view bytes, std::size_t from) {
  for (auto at = bytes.find(kMarker, from); at != std::string_view::npos;
       at = bytes.find(kMarker, at + 1))
    if (look_at(id, bytes.substr(at)).look == Look::intact) return at;
  return std::string_view::npos;
}

template <class Number>
bool parse_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string render_segment_header(const SpoolId& spool) { return header_of(raw_id(spool)); }

std::string render_frame(const SpoolId& spool, std::uint64_t seq, std::string_view payload) {
  std::string head;
  put(head, static_cast<std::uint32_t>(payload.size()));
  put(head, seq);
  std::string out{kMarker};
  out += head;
  put(out, checksum(raw_id(spool), head, payload));
  out += payload;
  return out;
}

SegmentScan scan_segment(const SpoolId& spool, std::string_view bytes) {
  SegmentScan out;
  if (bytes.empty()) return out;
  const std::string id = raw_id(spool);
  const std::string header = header_of(id);
  if (header.starts_with(bytes) && bytes.size() < header.size()) {
    out.torn = true;
    return out;
  }
  out.corrupt = !bytes.starts_with(header);
  std::size_t at = out.corrupt ? 0 : header.size();
  out.intact_bytes = at;
  while (at < bytes.size()) {
    const FrameView frame = look_at(id, bytes.substr(at));
    const bool ascends = out.frames.empty() || frame.seq > out.frames.back().seq;
    if (frame.look == Look::intact && ascends) {
      out.frames.push_back({frame.seq, std::string(frame.payload)});
      at += kFrameHeaderBytes + frame.payload.size();
      if (!out.corrupt) out.intact_bytes = at;
      continue;
    }
    at = next_intact(id, bytes, at + 1);
    if (at == std::string_view::npos) {
      out.torn = frame.look == Look::cut;
      out.corrupt_tail = !out.torn;
      out.corrupt |= out.corrupt_tail;
      break;
    }
    out.corrupt = true;
  }
  return out;
}

std::string render(const SegmentName& name) {
  return fmt::format("{:020}.{:013}.{}.{}", name.first_seq, name.created.unix_ms(), name.copy,
                     kSuffix);
}

std::optional<SegmentName> parse_segment_name(std::string_view text) {
  const auto parts = split(text, '.');
  if (parts.size() != 4 || parts[3] != kSuffix) return std::nullopt;
  SegmentName out;
  std::int64_t created = 0;
  if (!parse_number(parts[0], out.first_seq) || !parse_number(parts[1], created) ||
      !parse_number(parts[2], out.copy) || out.first_seq == 0)
    return std::nullopt;
  out.created = WallTime::from_unix_ms(created);
  return out;
}

}  // namespace picket::agent
