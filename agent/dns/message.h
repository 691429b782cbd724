// DNS messages to and from their wire format (RFC 1035, EDNS by RFC 6891), by libldns, which only
// this folder includes. Pure functions; any bytes may be given to the reader.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/dns/dns_client.h"
#include "common/core/result.h"

namespace picket::agent {

// What a UDP answer may be without fragments, as the DNS flag day of 2020 advises.
constexpr std::uint16_t kUdpPayloadMax = 1232;
// All sections of one answer together; more is called malformed.
constexpr int kRecordsMax = 2000;
// Names and contents of one answer as text; more is called malformed. 64 KB of pointers to one name
// would be 30 MB of it.
constexpr std::size_t kTextBytesMax = 1024 * 1024;
// Compression pointers that follow directly upon each other; a server has no use for more than one,
// and a name behind thousands takes its time, times the names of the packet.
constexpr int kPointersMax = 16;

// The question's packet. invalid_argument: the name or the type is none.
Result<std::string> make_query(const DnsQuery& query, std::uint16_t id);

enum class AnswerFit {
  right,      // an answer to this question
  wrong,      // something else: other id, other question, no response at all
  malformed,  // the right id, but it cannot be read
};

struct AnswerRead {
  AnswerFit fit{AnswerFit::wrong};
  std::string problem;  // of malformed
  DnsMessage message;   // of right
};

// Reads a packet that came in reply. An answer that was cut (TC) counts as right even when its
// records cannot be read; an error without its question does too, as some servers send it.
AnswerRead read_answer(std::string_view packet, const DnsQuestion& question, std::uint16_t id);

}  // namespace picket::agent
