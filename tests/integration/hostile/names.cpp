// Name servers.
#include "tests/integration/hostile/behaviour.h"
#include "tests/support/udp_responder.h"

namespace picket::test {
namespace {

using Answer = UdpResponder::Answer;

constexpr int kServfail = 2;
constexpr int kNxdomain = 3;
constexpr int kRefused = 5;
constexpr int kCname = 5;

HostileTarget row(const char* what, const char* kind, Answer answer) {
  return {"names", what, kind, [answer = std::move(answer)](Scene& scene) {
            auto names = std::make_shared<UdpResponder>(answer);
            auto server =
                std::make_shared<HostileServer>(answers(kOk + "Content-Length: 2\r\n\r\nhi"));
            scene.client.dns_servers = {names->address()};
            scene.action.url = "http://shop.test:" + std::to_string(server->port()) + "/";
            scene.servers = {names, server};
          }};
}

std::string u16(int value) {
  return {static_cast<char>((value >> 8) & 0xff), static_cast<char>(value & 0xff)};
}

// One record after a question; `owner` as it stands on the wire.
std::string record(const std::string& owner, int type, const std::string& content) {
  return owner + u16(type) + u16(1) + u16(0) + u16(60) + u16(static_cast<int>(content.size())) +
         content;
}

std::string with_records(const DnsQuestion& question, int count, const std::string& records) {
  std::string out = dns_reply(question, 0);
  out[7] = static_cast<char>(count);
  return out + records;
}

const std::string kQuestionName("\xc0\x0c", 2);  // a pointer to it, RFC 1035, 4.1.4

std::string huge(const DnsQuestion& question) {
  std::vector<std::string> many(3'000, "192.0.2.1");
  return question.type == 1 ? dns_addresses(question, many, 1) : dns_reply(question, 0);
}

// Packets that are no answer to the question.
Targets foreign() {
  return {
      row("a name server that is silent", "dns_timeout",
          [](const DnsQuestion&) { return std::string{}; }),
      row("SERVFAIL", "dns_servfail", [](const DnsQuestion& q) { return dns_reply(q, kServfail); }),
      row("REFUSED", "dns_servfail", [](const DnsQuestion& q) { return dns_reply(q, kRefused); }),
      row("NXDOMAIN", "dns_nxdomain", [](const DnsQuestion& q) { return dns_reply(q, kNxdomain); }),
      row("no address of any family", "dns_no_data",
          [](const DnsQuestion& q) { return dns_reply(q, 0); }),
      row("answers with another id", "dns_timeout",
          [](const DnsQuestion& q) {
            std::string reply = dns_addresses(q, {"127.0.0.1"}, 1);
            reply[0] = static_cast<char>(reply[0] ^ 0x55);
            return reply;
          }),
      row("answers to another question", "dns_timeout",
          [](const DnsQuestion& q) {
            DnsQuestion other = q;
            other.question[1] = 'x';
            return dns_addresses(other, {"127.0.0.1"}, 1);
          }),
      row("bytes that are no DNS", "dns_timeout",
          [](const DnsQuestion&) { return std::string(100, '\xff'); }),
  };
}

// Answers that are broken, or lead nowhere.
Targets broken() {
  return {
      row("a name that points to itself", "dns_malformed",
          [](const DnsQuestion& q) {
            const std::string self =
                "\xc0" + std::string(1, static_cast<char>(12 + q.question.size()));
            return with_records(q, 1, record(self, q.type, std::string(4, '\x7f')));
          }),
      row("a record longer than its packet", "dns_malformed",
          [](const DnsQuestion& q) {
            std::string reply = with_records(q, 1, record(kQuestionName, q.type, "\x7f"));
            reply[reply.size() - 2] = '\x40';
            return reply;
          }),
      row("more records announced than there are", "dns_malformed",
          [](const DnsQuestion& q) { return with_records(q, 200, ""); }),
      row("an alias of itself", "dns_no_data",
          [](const DnsQuestion& q) {
            return with_records(q, 1, record(kQuestionName, kCname, kQuestionName));
          }),
      row("an address record of three bytes", "dns_no_data",
          [](const DnsQuestion& q) {
            return with_records(q, 1, record(kQuestionName, q.type, "abc"));
          }),
      row("3,000 addresses in one packet", "dns_timeout", huge),
      row("two addresses where nobody listens", "connect_refused",
          [](const DnsQuestion& q) {
            if (q.type != 1) return dns_reply(q, 0);
            std::vector<std::string> many;
            for (int i = 1; i <= 2; ++i) many.push_back("127.0.9." + std::to_string(i));
            return dns_addresses(q, many, 1);
          }),
      row("cloud metadata for an address", "blocked_address",
          [](const DnsQuestion& q) {
            if (q.type == 28) return dns_addresses(q, {"fd00:ec2::254"}, 1);
            return dns_addresses(q, {"169.254.169.254"}, 1);
          }),
      row("an answer cut short, and no TCP behind it", "dns_timeout",
          [](const DnsQuestion& q) {
            std::string reply = dns_reply(q, 0);
            reply[2] = static_cast<char>(reply[2] | 0x02);
            return reply;
          }),
  };
}

}  // namespace

Targets hostile_names() {
  Targets all = foreign();
  Targets more = broken();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace picket::test
