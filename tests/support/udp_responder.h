// A DNS server on a free loopback port that answers each question as a test says. Its own
// thread; the destructor stops it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/udp_server.h"

namespace picket::test {

struct DnsQuestion {
  std::uint16_t id;
  std::string name;      // "shop.example"
  int type;              // 1 A, 28 AAAA
  std::string question;  // as sent: name, type, class
};

// Of a packet that holds at least a header and one question.
DnsQuestion parse_question(const std::string& packet);

// Replies; an empty one is silence.
std::string dns_reply(const DnsQuestion& question, int rcode);
std::string dns_addresses(const DnsQuestion& question, const std::vector<std::string>& addresses,
                          int ttl_seconds);

class UdpResponder {
 public:
  using Answer = std::function<std::string(const DnsQuestion&)>;

  explicit UdpResponder(Answer answer);  // throws std::system_error

  std::string address() const { return "127.0.0.1:" + std::to_string(server_.port()); }
  int questions() const { return questions_; }

 private:
  std::atomic<int> questions_{0};
  UdpServer server_;  // the last: its thread uses the above
};

}  // namespace picket::test
