// Any bytes as the answer to a DNS question: reading never crashes, what is read can be shown, and
// what cannot be read says why. The same bytes as resolv.conf and as a server's address.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "agent/dns/message.h"
#include "agent/dns/name_servers.h"
#include "common/core/text.h"

namespace {

using namespace picket::agent;

void check(const std::vector<DnsRecord>& records) {
  for (const DnsRecord& record : records)
    if (!picket::is_valid_utf8(record.owner) || !picket::is_valid_utf8(record.rdata)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string packet(reinterpret_cast<const char*>(data), size);
  const DnsQuestion question{"www.example.com", "A"};
  if (size >= 4) {  // an answer to the question asked: deeper than a random id would come
    packet[0] = 0x12;
    packet[1] = 0x34;
    packet[2] = static_cast<char>((packet[2] & 0x07) | 0x80);
  }
  const AnswerRead read = read_answer(packet, question, 0x1234);
  check(read.message.answers);
  check(read.message.authority);
  if (read.fit == AnswerFit::malformed && read.problem.empty()) std::abort();
  parse_resolv_conf(packet);
  if (const auto server = parse_server(packet); server && server->address.empty()) std::abort();
  return 0;
}
