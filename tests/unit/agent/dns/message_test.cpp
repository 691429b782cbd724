#include "agent/dns/message.h"

#include <catch2/catch.hpp>

#include "common/core/hex.h"
#include "tests/unit/agent/dns/packets.h"

using namespace picket;
using namespace picket::agent;
using test::counted;
using test::labels;
using test::Packet;
using test::RecordBytes;
using test::u16;

namespace {

constexpr std::uint16_t kId = 0x1234;
const DnsQuestion kQuestion{"www.example.com", "A"};

DnsQuery question_of(std::string name, std::string type = "A") {
  DnsQuery query;
  query.question = {std::move(name), std::move(type)};
  return query;
}

AnswerRead read(const Packet& packet) { return read_answer(packet.render(), kQuestion, kId); }

std::string only_rdata(int type, const std::string& mnemonic, const std::string& rdata) {
  Packet packet;
  packet.type = type;
  packet.answers = {{.type = type, .rdata = rdata}};
  const AnswerRead read = read_answer(packet.render(), {"www.example.com", mnemonic}, kId);
  INFO(mnemonic << ": " << read.problem);
  REQUIRE(read.fit == AnswerFit::right);
  REQUIRE(read.message.answers.size() == 1);
  CHECK(read.message.answers.front().type == mnemonic);
  CHECK(read.message.answers.front().owner == "www.example.com.");
  CHECK(read.message.answers.front().ttl == 300);
  return read.message.answers.front().rdata;
}

}  // namespace

TEST_CASE("a question is written as RFC 1035 and RFC 6891 say", "[dns]") {
  const auto packet = make_query(question_of("www.example.com"), kId);
  REQUIRE(packet);
  const std::string header = u16(kId) + u16(0x0100) + u16(1) + u16(0) + u16(0) + u16(1);
  const std::string question = labels("www.example.com") + u16(1) + u16(1);
  const std::string opt = std::string(1, '\0') + u16(41) + u16(1232) + u16(0) + u16(0) + u16(0);
  CHECK(to_hex(*packet) == to_hex(header + question + opt));
}

TEST_CASE("a question carries the bits that were asked for", "[dns]") {
  DnsQuery query = question_of("example.com.", "SOA");
  query.recursion = false;
  query.dnssec = true;
  query.checking_disabled = true;
  const auto packet = make_query(query, kId);
  REQUIRE(packet);
  CHECK(to_hex(packet->substr(2, 2)) == "0030");                   // AD and CD, no RD
  CHECK(to_hex(packet->substr(packet->size() - 4, 2)) == "8000");  // DO in the OPT record
}

TEST_CASE("names and types that cannot be asked for are refused", "[dns]") {
  for (const std::string& name :
       {std::string(), std::string("a b.example"), std::string("m\xc3\xbcnchen.example"),
        std::string(64, 'a') + ".example", std::string("a..example"),
        std::string(300, 'a') + std::string(".b")}) {
    INFO(name);
    const auto packet = make_query(question_of(name), kId);
    REQUIRE(!packet);
    CHECK(packet.error().code == ErrorCode::invalid_argument);
  }
  CHECK(!make_query(question_of("example.com", "NONSENSE"), kId));
  CHECK(make_query(question_of("."), kId));
  CHECK(make_query(question_of("_sip._tcp.example.com", "SRV"), kId));
}

TEST_CASE("every record type is read as dig writes it", "[dns]") {
  CHECK(only_rdata(1, "A", {"\xcb\x00\x71\x07", 4}) == "203.0.113.7");
  CHECK(only_rdata(28, "AAAA", std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + '\1') ==
        "2001:db8::1");
  CHECK(only_rdata(5, "CNAME", labels("Edge.CDN.example")) == "edge.cdn.example.");
  CHECK(only_rdata(15, "MX", u16(10) + labels("mail.example")) == "10 mail.example.");
  CHECK(only_rdata(16, "TXT", counted("v=spf1 include:a") + counted(".example \"-all\"")) ==
        "v=spf1 include:a.example \"-all\"");
  CHECK(only_rdata(2, "NS", labels("ns1.example")) == "ns1.example.");
  CHECK(only_rdata(6, "SOA",
                   labels("ns1.example") + labels("host.example") + u16(0) + u16(2026) + u16(0) +
                       u16(60) + u16(0) + u16(30) + u16(1) + u16(0) + u16(0) + u16(5)) ==
        "ns1.example. host.example. 2026 60 30 65536 5");
  CHECK(only_rdata(33, "SRV", u16(1) + u16(2) + u16(5060) + labels("sip.example")) ==
        "1 2 5060 sip.example.");
  CHECK(only_rdata(257, "CAA", '\0' + counted("issue") + "letsencrypt.org") ==
        "0 issue \"letsencrypt.org\"");
  CHECK(only_rdata(12, "PTR", labels("host.example")) == "host.example.");
  CHECK(only_rdata(65280, "TYPE65280", "ab") == "\\# 2 6162");
}

TEST_CASE("text of a record is made safe to show", "[dns]") {
  CHECK(only_rdata(16, "TXT", counted("a\nb\x1b[31m\xff")) == "a b [31m\xef\xbf\xbd");
}

TEST_CASE("flags, code and sections are read; signatures are only noticed", "[dns]") {
  Packet packet;
  packet.flags = 0x8000 | 0x0400 | 0x0100 | 0x0080 | 0x0020 | 0x0010 | 3;
  const std::string rrsig = u16(1) + '\x08' + '\x03' + std::string(16, '\0') +
                            labels("example.com") + std::string(64, 's');
  packet.answers = {{.type = 1, .rdata = "\x01\x02\x03\x04"}, {.type = 46, .rdata = rrsig}};
  packet.authority = {{.type = 2, .rdata = labels("ns1.example"), .ttl = 60}};
  const AnswerRead got = read(packet);
  REQUIRE(got.fit == AnswerFit::right);
  CHECK(got.message.rcode == "NXDOMAIN");
  CHECK(got.message.flags ==
        DnsFlags{.aa = true, .tc = false, .rd = true, .ra = true, .ad = true, .cd = true});
  CHECK(got.message.answers.size() == 1);
  CHECK(got.message.is_signed);
  REQUIRE(got.message.authority.size() == 1);
  CHECK(got.message.authority.front().rdata == "ns1.example.");
  CHECK(got.message.authority.front().ttl == 60);
}

TEST_CASE("what answers another question is not for us", "[dns]") {
  Packet right;
  REQUIRE(read(right).fit == AnswerFit::right);
  Packet other_id = right;
  other_id.id = 0x1235;
  Packet other_name = right;
  other_name.name = "www.example.net";
  Packet other_type = right;
  other_type.type = 28;
  Packet a_query = right;
  a_query.flags = 0x0100;
  Packet a_notify = right;
  a_notify.flags = 0x8000 | (4 << 11);
  Packet no_question = right;
  no_question.question = false;
  for (const Packet& packet : {other_id, other_name, other_type, a_query, a_notify, no_question})
    CHECK(read(packet).fit == AnswerFit::wrong);
  CHECK(read_answer("\x12\x34", kQuestion, kId).fit == AnswerFit::wrong);
  CHECK(read_answer("", kQuestion, kId).fit == AnswerFit::wrong);

  Packet upper = right;
  upper.name = "WWW.Example.COM";
  CHECK(read(upper).fit == AnswerFit::right);
  no_question.flags = 0x8100 | 5;
  REQUIRE(read(no_question).fit == AnswerFit::right);
  CHECK(read(no_question).message.rcode == "REFUSED");
}

TEST_CASE("an answer that cannot be read is malformed, with the reason", "[dns]") {
  const RecordBytes address{.type = 1, .rdata = "\x01\x02\x03\x04"};
  RecordBytes loop = address;
  loop.owner = "\xc0\x21";  // points at itself: 12 bytes of header, 21 of question
  RecordBytes beyond = address;
  beyond.owner = "\xff\xff";
  RecordBytes past_end = address;
  past_end.rdata_size = 400;
  RecordBytes in_rdata{.type = 5, .rdata = "\xc0\x2d"};  // a name that is a pointer to itself
  RecordBytes short_mx{.type = 15, .rdata = "\x01"};
  for (const RecordBytes& record : {loop, beyond, past_end, in_rdata, short_mx}) {
    Packet packet;
    packet.answers = {record};
    const AnswerRead got = read(packet);
    CHECK(got.fit == AnswerFit::malformed);
    CHECK(!got.problem.empty());
  }
  Packet bomb;
  bomb.answers.assign(kRecordsMax + 1, address);
  const AnswerRead got = read(bomb);
  CHECK(got.fit == AnswerFit::malformed);
  CHECK(got.problem == "it announces 2001 records and 1 questions");
}

TEST_CASE("an answer that unpacks to more than a megabyte is malformed", "[dns]") {
  constexpr int kNs = 2;
  std::string name;
  for (const std::size_t label : {63, 63, 63, 61})
    name += static_cast<char>(label) + std::string(label, '\1');  // shown as four characters each
  Packet packet;
  packet.answers = {{.type = 16, .rdata = counted(name + '\0')}};
  const std::size_t at = packet.render().size() - name.size() - 1;
  const std::string pointer = u16(static_cast<int>(0xc000 | at));
  packet.authority.assign(500, {.type = kNs, .rdata = pointer, .owner = pointer});
  const AnswerRead half = read(packet);
  CHECK(half.fit == AnswerFit::right);
  CHECK(half.message.authority.size() == 500);
  packet.authority.assign(1'000, {.type = kNs, .rdata = pointer, .owner = pointer});
  CHECK(read(packet).fit == AnswerFit::malformed);
  CHECK_THAT(read(packet).problem, Catch::Contains("1024 KiB"));
}

TEST_CASE("names behind a row of pointers are malformed, a loop that nobody names is not",
          "[dns]") {
  constexpr int kUnknownType = 65'280;
  const auto with_row = [](int count) {
    Packet packet;
    packet.answers = {{.type = 1, .rdata = std::string(4, '\7')}};
    const std::size_t at = packet.render().size() + 12;
    std::string row = u16(0xc00c);
    for (int i = 1; i < count; ++i) row += u16(static_cast<int>(0xc000 | (at + row.size() - 2)));
    packet.answers.push_back({.type = kUnknownType, .rdata = row});
    return packet;
  };
  CHECK(read(with_row(kPointersMax)).fit == AnswerFit::right);
  CHECK(read(with_row(kPointersMax + 1)).fit == AnswerFit::malformed);
  Packet loop;
  loop.answers = {{.type = 1, .rdata = std::string(4, '\7')}};
  const std::size_t at = loop.render().size() + 12;
  loop.answers.push_back({.type = kUnknownType, .rdata = u16(static_cast<int>(0xc000 | at))});
  CHECK(read(loop).fit == AnswerFit::right);
}

TEST_CASE("an answer cut in the middle of a record still tells that it was cut", "[dns]") {
  Packet packet;
  packet.flags |= 0x0200;
  packet.answers = {{.type = 1, .rdata = "\x01\x02\x03\x04"}};
  const std::string whole = packet.render();
  const AnswerRead got =
      read_answer(std::string_view(whole).substr(0, whole.size() - 3), kQuestion, kId);
  REQUIRE(got.fit == AnswerFit::right);
  CHECK(got.message.flags.tc);
  CHECK(got.message.answers.empty());
}

TEST_CASE("no cut and no changed byte of an answer upsets the reader", "[dns]") {
  Packet packet;
  packet.answers = {{.type = 5, .rdata = labels("a.example")},
                    {.type = 6, .rdata = labels("n.x") + labels("h.x") + std::string(20, '\1')},
                    {.type = 16, .rdata = counted("text") + counted("more")},
                    {.type = 257, .rdata = '\0' + counted("issue") + "ca.example"}};
  const std::string whole = packet.render();
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK(read_answer(std::string_view(whole).substr(0, size), kQuestion, kId).fit !=
          AnswerFit::right);
  int right = 0;
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (const int change : {0x01, 0x40, 0x80, 0xff}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ change);
      right += read_answer(changed, kQuestion, kId).fit == AnswerFit::right ? 1 : 0;
    }
  CHECK(right > 0);
}
