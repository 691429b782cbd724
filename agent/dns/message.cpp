#include "agent/dns/message.h"

#include <fmt/format.h>
#include <ldns/ldns.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "common/core/text.h"

namespace picket::agent {
namespace {

constexpr std::size_t kHeaderBytes = 12;  // RFC 1035, 4.1.1

struct Free {
  void operator()(ldns_pkt* packet) const { ldns_pkt_free(packet); }
  void operator()(ldns_rdf* rdf) const { ldns_rdf_deep_free(rdf); }
  void operator()(std::uint8_t* wire) const { std::free(wire); }
  void operator()(char* text) const { std::free(text); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

std::string take(char* text) {
  const Owned<char> owned(text);
  return owned ? std::string(owned.get()) : std::string{};
}

std::string name_text(const ldns_rdf* name) {
  return name == nullptr ? std::string{} : to_lower_ascii(take(ldns_rdf2str(name)));
}

Owned<ldns_rdf> parse_name(const std::string& text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f) return {};
  if (text.empty()) return {};
  return Owned<ldns_rdf>(ldns_dname_new_frm_str(text.c_str()));
}

// 0 (reserved) when there is no such type.
ldns_rr_type parse_type(const std::string& text) {
  return text.empty() ? ldns_rr_type{} : ldns_get_rr_type_by_name(text.c_str());
}

int read_u16(std::string_view bytes, std::size_t at) {
  return (static_cast<unsigned char>(bytes[at]) << 8) | static_cast<unsigned char>(bytes[at + 1]);
}

std::string rcode_text(int rcode) {
  constexpr std::array<std::string_view, 11> kNames{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
                                                    "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
                                                    "NXRRSET", "NOTAUTH", "NOTZONE"};
  if (rcode < static_cast<int>(kNames.size())) return std::string{kNames[std::size_t(rcode)]};
  return rcode == 16 ? "BADVERS" : fmt::format("RCODE{}", rcode);
}

// The strings of a TXT record (RFC 1035, 3.3: a length and that many bytes), joined as SPF,
// DKIM and the like read them.
std::string joined_strings(const ldns_rr* record) {
  std::string out;
  for (std::size_t i = 0; i < ldns_rr_rd_count(record); ++i) {
    const ldns_rdf* part = ldns_rr_rdf(record, i);
    if (ldns_rdf_size(part) < 1) continue;
    out.append(reinterpret_cast<const char*>(ldns_rdf_data(part)) + 1, ldns_rdf_size(part) - 1);
  }
  return out;
}

// Stops where it is longer than any answer may be.
std::string rdata_text(const ldns_rr* record) {
  if (ldns_rr_get_type(record) == LDNS_RR_TYPE_TXT) return clean_line(joined_strings(record));
  std::string out;
  for (std::size_t i = 0; i < ldns_rr_rd_count(record) && out.size() <= kTextBytesMax; ++i) {
    const ldns_rdf* part = ldns_rr_rdf(record, i);
    const bool is_name = ldns_rdf_get_type(part) == LDNS_RDF_TYPE_DNAME;
    out += (out.empty() ? "" : " ") + (is_name ? name_text(part) : take(ldns_rdf2str(part)));
  }
  return clean_line(out);
}

// `text_left` is what may still be made of the answer; negative: that was not enough.
void read_records(const ldns_rr_list* list, std::vector<DnsRecord>& out, DnsMessage& message,
                  std::ptrdiff_t& text_left) {
  for (std::size_t i = 0; i < ldns_rr_list_rr_count(list) && text_left >= 0; ++i) {
    const ldns_rr* record = ldns_rr_list_rr(list, i);
    if (ldns_rr_get_type(record) == LDNS_RR_TYPE_RRSIG) {
      message.is_signed = true;
      continue;
    }
    out.push_back({.owner = clean_line(name_text(ldns_rr_owner(record))),
                   .type = take(ldns_rr_type2str(ldns_rr_get_type(record))),
                   .ttl = ldns_rr_ttl(record),
                   .rdata = rdata_text(record)});
    text_left -= static_cast<std::ptrdiff_t>(out.back().owner.size() + out.back().rdata.size());
  }
}

// Nothing: its text is too long.
std::optional<DnsMessage> convert(const ldns_pkt* packet) {
  DnsMessage message;
  message.id = ldns_pkt_id(packet);
  message.rcode = rcode_text((ldns_pkt_edns_extended_rcode(packet) << 4) |
                             static_cast<int>(ldns_pkt_get_rcode(packet)));
  message.flags = {.aa = ldns_pkt_aa(packet),
                   .tc = ldns_pkt_tc(packet),
                   .rd = ldns_pkt_rd(packet),
                   .ra = ldns_pkt_ra(packet),
                   .ad = ldns_pkt_ad(packet),
                   .cd = ldns_pkt_cd(packet)};
  std::ptrdiff_t text_left = kTextBytesMax;
  read_records(ldns_pkt_answer(packet), message.answers, message, text_left);
  read_records(ldns_pkt_authority(packet), message.authority, message, text_left);
  message.additional = static_cast<int>(ldns_rr_list_rr_count(ldns_pkt_additional(packet)));
  if (text_left < 0) return std::nullopt;
  return message;
}

// A compression pointer stands there (RFC 1035, 4.1.4), or two bytes that look like one.
bool is_pointer(std::string_view packet, std::size_t at) {
  return at + 1 < packet.size() && (static_cast<unsigned char>(packet[at]) & 0xc0) == 0xc0;
}

// Whether more than kPointersMax pointers lead from one to the next, wherever they begin. What
// leads into itself is left to ldns, which gives it up soon.
bool has_long_row_of_pointers(std::string_view packet) {
  constexpr std::size_t kOffsetMax = 0x3fff;
  std::array<std::size_t, kPointersMax + 1> way{};
  for (std::size_t start = 0; start <= kOffsetMax && start < packet.size(); ++start) {
    std::size_t at = start;
    auto end = way.begin();
    while (end != way.end() && is_pointer(packet, at) && std::find(way.begin(), end, at) == end) {
      *end++ = at;
      at = static_cast<std::size_t>(read_u16(packet, at)) & kOffsetMax;
    }
    if (end == way.end()) return true;
  }
  return false;
}

bool asks(const ldns_pkt* packet, const DnsQuestion& question) {
  const ldns_rr_list* asked = ldns_pkt_question(packet);
  const ldns_pkt_rcode rcode = ldns_pkt_get_rcode(packet);
  if (ldns_rr_list_rr_count(asked) == 0)
    return rcode != LDNS_RCODE_NOERROR && rcode != LDNS_RCODE_NXDOMAIN;
  const ldns_rr* first = ldns_rr_list_rr(asked, 0);
  const Owned<ldns_rdf> name = parse_name(question.name);
  return ldns_rr_list_rr_count(asked) == 1 && name &&
         ldns_dname_compare(name.get(), ldns_rr_owner(first)) == 0 &&
         ldns_rr_get_type(first) == parse_type(question.type) &&
         ldns_rr_get_class(first) == LDNS_RR_CLASS_IN;
}

AnswerRead malformed(std::string problem) {
  return {.fit = AnswerFit::malformed, .problem = std::move(problem), .message = {}};
}

// The header alone, of an answer that was cut in the middle of its records.
DnsMessage cut_message(std::string_view packet, std::uint16_t id) {
  DnsMessage message;
  message.id = id;
  message.rcode = rcode_text(packet[3] & 0x0f);
  message.flags.tc = true;
  return message;
}

}  // namespace

Result<std::string> make_query(const DnsQuery& query, std::uint16_t id) {
  Owned<ldns_rdf> name = parse_name(query.question.name);
  if (!name)
    return fail(ErrorCode::invalid_argument,
                fmt::format("`{}` is no DNS name", cut_utf8(clean_line(query.question.name), 120)),
                "labels of at most 63 bytes, 253 in all, in ASCII (punycode)");
  const ldns_rr_type type = parse_type(query.question.type);
  if (type == 0)
    return fail(ErrorCode::invalid_argument,
                fmt::format("`{}` is no record type", query.question.type));
  std::uint16_t flags = 0;
  if (query.recursion) flags |= LDNS_RD;
  if (query.dnssec) flags |= LDNS_AD;  // RFC 6840, 5.7: tell me whether it is authentic
  if (query.checking_disabled) flags |= LDNS_CD;
  const Owned<ldns_pkt> packet(ldns_pkt_query_new(name.release(), type, LDNS_RR_CLASS_IN, flags));
  if (!packet) return fail(ErrorCode::resource_exhausted, "no memory for a DNS question");
  ldns_pkt_set_id(packet.get(), id);
  ldns_pkt_set_edns_udp_size(packet.get(), kUdpPayloadMax);
  if (query.dnssec) ldns_pkt_set_edns_do(packet.get(), true);
  std::uint8_t* wire = nullptr;
  std::size_t size = 0;
  const ldns_status status = ldns_pkt2wire(&wire, packet.get(), &size);
  const Owned<std::uint8_t> owned(wire);
  if (status != LDNS_STATUS_OK) return fail(ErrorCode::internal, ldns_get_errorstr_by_id(status));
  return std::string(reinterpret_cast<const char*>(wire), size);
}

AnswerRead read_answer(std::string_view packet, const DnsQuestion& question, std::uint16_t id) {
  if (packet.size() < kHeaderBytes || read_u16(packet, 0) != id) return {};
  const bool is_response = (packet[2] & 0x80) != 0;
  const bool is_query_kind = (packet[2] & 0x78) == 0;  // OPCODE
  if (!is_response || !is_query_kind) return {};
  const int records = read_u16(packet, 6) + read_u16(packet, 8) + read_u16(packet, 10);
  if (records > kRecordsMax || read_u16(packet, 4) > 1)
    return malformed(
        fmt::format("it announces {} records and {} questions", records, read_u16(packet, 4)));
  if (has_long_row_of_pointers(packet)) return malformed("its names are pointers to pointers");
  const bool is_cut = (packet[2] & 0x02) != 0;
  ldns_pkt* raw = nullptr;
  const ldns_status status =
      ldns_wire2pkt(&raw, reinterpret_cast<const std::uint8_t*>(packet.data()), packet.size());
  const Owned<ldns_pkt> owned(raw);
  if (status != LDNS_STATUS_OK || !owned) {
    if (is_cut) return {.fit = AnswerFit::right, .problem = {}, .message = cut_message(packet, id)};
    return malformed(to_lower_ascii(ldns_get_errorstr_by_id(status)));
  }
  if (!asks(owned.get(), question)) return {};
  auto message = convert(owned.get());
  if (!message)
    return malformed(fmt::format("it unpacks to more than {} KiB", kTextBytesMax / 1024));
  return {.fit = AnswerFit::right, .problem = {}, .message = std::move(*message)};
}

}  // namespace picket::agent
