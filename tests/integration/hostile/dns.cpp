// What the dns probe asks: packets that are no answer, answers that lie or unpack to too much, and
// frames over TCP that never end.
#include "tests/integration/hostile/behaviour.h"
#include "tests/integration/hostile/name_server.h"

namespace picket::test {
namespace {

using OverUdp = HostileNameServer::OverUdp;
using Reply = std::function<std::string(const DnsQuestion&)>;

constexpr int kA = 1;
constexpr int kNs = 2;
constexpr int kTxt = 16;
constexpr int kHip = 55;
constexpr int kUnknownType = 65'280;
constexpr int kServfail = 2;
constexpr int kRefused = 5;
constexpr std::size_t kPacketMax = 65'535;
constexpr std::size_t kOffsetMax = 0x3fff;  // of a compression pointer, RFC 1035, 4.1.4

std::string u16(std::size_t value) {
  return {static_cast<char>((value >> 8) & 0xff), static_cast<char>(value & 0xff)};
}

std::string pointer_to(std::size_t offset) { return u16(0xc000 | offset); }

const std::string kQuestionName = pointer_to(12);
constexpr std::size_t kRecordHead = 12;  // behind an owner that is a pointer

std::string record(int type, const std::string& content, const std::string& owner = kQuestionName) {
  return owner + u16(static_cast<std::size_t>(type)) + u16(1) + u16(0) + u16(60) +
         u16(content.size()) + content;
}

std::string with_records(const DnsQuestion& question, std::size_t count,
                         const std::string& records) {
  std::string out = dns_reply(question, 0);
  out.replace(6, 2, u16(count));
  return out + records;
}

std::string good(const DnsQuestion& question) { return dns_addresses(question, {"192.0.2.7"}, 60); }

std::string cut(const DnsQuestion& question) {
  std::string reply = dns_reply(question, 0);
  reply[2] = static_cast<char>(reply[2] | 0x02);
  return reply;
}

std::string with_other_id(std::string reply) {
  reply[0] = static_cast<char>(reply[0] ^ 0x55);
  return reply;
}

std::string to_other_question(DnsQuestion question) {
  question.question[1] = 'x';
  return good(question);
}

std::string framed(const std::string& packet) { return u16(packet.size()) + packet; }

HostileTarget asked(const char* what, const char* kind, DnsAction action, OverUdp udp,
                    HostileServer::Behaviour tcp) {
  return {"dns", what, kind,
          [action = std::move(action), udp = std::move(udp), tcp = std::move(tcp)](Scene& scene) {
            auto server = std::make_shared<HostileNameServer>(udp, tcp);
            DnsAction to = action;
            to.query = "shop.test";
            if (to.authoritative)
              scene.client.dns_servers = {server->address()};
            else
              to.servers = {server->address()};
            scene.other = to;
            scene.servers = {server};
          }};
}

void hang_up(RawConnection& peer) { peer.read_some(); }

HostileTarget udp(const char* what, const char* kind, OverUdp behave) {
  return asked(what, kind, {}, std::move(behave), hang_up);
}

HostileTarget one(const char* what, const char* kind, Reply reply) {
  return udp(what, kind, [reply = std::move(reply)](const DnsQuestion& q, const UdpAsker& asker) {
    asker.reply(reply(q));
  });
}

HostileTarget without_end(const char* what, const char* kind, Reply reply) {
  return udp(what, kind, [reply = std::move(reply)](const DnsQuestion& q, const UdpAsker& asker) {
    while (!asker.stopped()) asker.reply(reply(q));
  });
}

// Cut over UDP, and then so over TCP.
HostileTarget tcp(const char* what, const char* kind,
                  std::function<void(const DnsQuestion&, RawConnection&)> behave) {
  return asked(
      what, kind, {}, [](const DnsQuestion& q, const UdpAsker& asker) { asker.reply(cut(q)); },
      [behave = std::move(behave)](RawConnection& peer) {
        if (const auto question = read_framed_question(peer)) behave(*question, peer);
      });
}

HostileTarget tcp_frame(const char* what, const char* kind, Reply reply) {
  return tcp(what, kind, [reply = std::move(reply)](const DnsQuestion& q, RawConnection& peer) {
    peer.send(framed(reply(q)));
    peer.hold();
  });
}

std::string full_packet(const DnsQuestion& question) {
  std::string records = record(kA, std::string("\xc0\0\2\7", 4));
  std::size_t count = 1;
  const std::string text = record(kTxt, "\xff" + std::string(255, 't'));
  const std::size_t most = kPacketMax - dns_reply(question, 0).size();
  for (; records.size() + text.size() <= most; ++count) records += text;
  const std::size_t left = most - records.size() - kRecordHead;
  records += record(kTxt, static_cast<char>(left - 1) + std::string(left - 1, 't'));
  return with_records(question, count + 1, records);
}

// Names of 255 bytes, each shown as a thousand characters, named by two bytes each (HIP, RFC 8005).
std::string many_names(const DnsQuestion& question) {
  constexpr int kPerRecord = 120;
  std::string name;
  for (const int label : {63, 63, 63, 61})
    name += static_cast<char>(label) + std::string(static_cast<std::size_t>(label), '\1');
  const std::size_t at = dns_reply(question, 0).size() + kRecordHead + 1;
  std::string records = record(kTxt, "\xff" + name + '\0');
  std::string hosts("\1\2\0\1xy", 6);
  for (int i = 0; i < kPerRecord; ++i) hosts += pointer_to(at);
  std::size_t count = 1;
  for (; at + records.size() + hosts.size() + kRecordHead < kPacketMax; ++count)
    records += record(kHip, hosts);
  return with_records(question, count, records);
}

// Names that lead through 8,000 pointers each.
std::string pointers_to_pointers(const DnsQuestion& question) {
  constexpr int kPerRecord = 250;
  std::size_t at = dns_reply(question, 0).size() + kRecordHead;
  std::string chain = kQuestionName;
  for (; at + 3 < kOffsetMax; at += 2) chain += pointer_to(at);
  std::string records = record(kUnknownType, chain);
  std::string hosts("\1\2\0\1xy", 6);
  for (int i = 0; i < kPerRecord; ++i) hosts += pointer_to(at);
  std::size_t count = 1;
  for (; 60 + records.size() + hosts.size() + kRecordHead < kPacketMax; ++count)
    records += record(kHip, hosts);
  return with_records(question, count, records);
}

// A zone with more name servers than are asked, none of which has an address.
void dead_zone(const DnsQuestion& question, const UdpAsker& asker) {
  if (question.type != kNs) return;
  std::string records;
  for (int i = 0; i < 60; ++i)
    records += record(kNs, "\3n" + std::to_string(10 + i) + kQuestionName);
  asker.reply(with_records(question, 60, records));
}

Targets foreign() {
  DnsAction authoritative;
  authoritative.authoritative = true;
  return {
      udp("silence", "dns_timeout", [](const DnsQuestion&, const UdpAsker&) {}),
      without_end("SERVFAIL without end", "dns_servfail",
                  [](const DnsQuestion& q) { return dns_reply(q, kServfail); }),
      without_end("REFUSED without end", "dns_servfail",
                  [](const DnsQuestion& q) { return dns_reply(q, kRefused); }),
      without_end("answers with another id without end", "dns_timeout",
                  [](const DnsQuestion& q) { return with_other_id(good(q)); }),
      without_end("answers to another question without end", "dns_timeout", to_other_question),
      without_end("empty packets without end", "dns_timeout",
                  [](const DnsQuestion&) { return std::string{}; }),
      without_end("the question sent back without end", "dns_timeout",
                  [](const DnsQuestion& q) {
                    std::string reply = dns_reply(q, 0);
                    reply[2] = '\1';
                    return reply;
                  }),
      udp("an answer from another port", "dns_timeout",
          [](const DnsQuestion& q, const UdpAsker& asker) { asker.reply_from_elsewhere(good(q)); }),
      udp("a wrong answer before the right one", "passes",
          [](const DnsQuestion& q, const UdpAsker& asker) {
            asker.reply(with_other_id(good(q)));
            asker.reply(to_other_question(q));
            asker.reply(good(q));
          }),
      asked("a zone of sixty name servers without addresses", "dns_timeout", authoritative,
            dead_zone, hang_up),
  };
}

Targets broken() {
  return {
      one("a name that points to itself", "dns_malformed",
          [](const DnsQuestion& q) {
            return with_records(
                q, 1, record(kA, std::string(4, '\7'), pointer_to(12 + q.question.size())));
          }),
      one("a name that points beyond the end", "dns_malformed",
          [](const DnsQuestion& q) {
            return with_records(q, 1, record(kA, std::string(4, '\7'), pointer_to(kOffsetMax)));
          }),
      one("a record longer than its packet", "dns_malformed",
          [](const DnsQuestion& q) {
            std::string reply = good(q);
            reply[reply.size() - 6] = '\x40';
            return reply;
          }),
      one("more records announced than there are", "dns_malformed",
          [](const DnsQuestion& q) { return with_records(q, 200, ""); }),
      one("65,535 records announced", "dns_malformed",
          [](const DnsQuestion& q) { return with_records(q, 65'535, ""); }),
      one("an address of three bytes", "dns_malformed",
          [](const DnsQuestion& q) { return with_records(q, 1, record(kA, "abc")); }),
      one("65,507 bytes over UDP", "dns_malformed",
          [](const DnsQuestion& q) { return full_packet(q).substr(0, 65'507); }),
      tcp_frame("an answer that unpacks to 30 MB", "dns_malformed", many_names),
      tcp_frame("names behind 8,000 pointers each", "dns_malformed", pointers_to_pointers),
  };
}

Targets over_tcp() {
  return {
      tcp("a cut answer, and silence over TCP", "dns_timeout",
          [](const DnsQuestion&, RawConnection& peer) { peer.hold(); }),
      tcp("a cut answer, and RST over TCP", "connect_reset",
          [](const DnsQuestion&, RawConnection& peer) { peer.reset(); }),
      tcp("a TCP length larger than what follows", "dns_timeout",
          [](const DnsQuestion& q, RawConnection& peer) {
            peer.send("\xff\xff" + good(q));
            peer.hold();
          }),
      tcp("the same, and FIN", "connect_reset",
          [](const DnsQuestion& q, RawConnection& peer) { peer.send("\xff\xff" + good(q)); }),
      tcp("one byte each 50 ms over TCP", "dns_timeout",
          [](const DnsQuestion& q, RawConnection& peer) {
            peer.drip(framed(good(q)), std::chrono::milliseconds{50});
          }),
      tcp("bytes without end behind the answer over TCP", "passes",
          [](const DnsQuestion& q, RawConnection& peer) {
            peer.send(framed(good(q)));
            while (peer.send(std::string(8'192, 'x'))) {
            }
          }),
      tcp_frame("a frame of no bytes over TCP", "dns_malformed",
                [](const DnsQuestion&) { return std::string{}; }),
      tcp_frame("another id over TCP", "dns_malformed",
                [](const DnsQuestion& q) { return with_other_id(good(q)); }),
      tcp_frame("cut over TCP too", "dns_no_data", cut),
      tcp_frame("65,535 bytes over TCP", "passes", full_packet),
      tcp_frame("2,000 addresses over TCP", "passes",
                [](const DnsQuestion& q) {
                  return dns_addresses(q, std::vector<std::string>(2'000, "192.0.2.7"), 1);
                }),
      tcp_frame("2,001 addresses over TCP", "dns_malformed",
                [](const DnsQuestion& q) {
                  return dns_addresses(q, std::vector<std::string>(2'001, "192.0.2.7"), 1);
                }),
  };
}

}  // namespace

Targets hostile_dns() {
  Targets all = foreign();
  for (const Targets& more : {broken(), over_tcp()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace picket::test
