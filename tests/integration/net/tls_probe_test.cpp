#include "agent/probe/tls_probe.h"

#include <openssl/ssl.h>

#include "tests/integration/net/probe_world.h"
#include "tests/support/process.h"
#include "tests/support/tls_server.h"

namespace picket::agent {
namespace {

using namespace std::chrono_literals;
using test::CertificateFiles;
using test::HostileServer;
using test::kind_of;
using test::RawConnection;
using test::shown;
using test::TlsServer;

struct TlsProbeWorld : test::ProbeWorld {
  CertificateFiles good{
      authority.issue({"good", "DNS:good.test,DNS:www.good.test", {}, {}, false})};

  static TlsAction to_name(const std::string& host, int port) {
    TlsAction action;
    action.endpoint.target = host + ":" + std::to_string(port);
    return action;
  }
  ProbeOutcome tls(TlsAction action, Nanos span = Seconds{5}) {
    return probe(run_tls, std::move(action), span);
  }
  ProbeOutcome tls(const CertificateFiles& files, const std::string& host = "good.test") {
    const TlsServer server({.files = files});
    return tls(to_name(host, server.port()));
  }
};

TEST_CASE("a good certificate shows all its facts and phases", "[probe][tls]") {
  TlsProbeWorld world;
  const ProbeOutcome outcome = world.tls(world.good);
  CHECK(kind_of(outcome.failure) == "none");
  CHECK(shown(outcome, "chain") == "valid");
  CHECK(shown(outcome, "hostname") == "matches");
  CHECK(shown(outcome, "version") == "1.3");
  CHECK(shown(outcome, "subject") == "CN=good");
  CHECK(shown(outcome, "issuer") == "CN=ca");
  CHECK(shown(outcome, "dns_names") == "[good.test,www.good.test]");
  CHECK(shown(outcome, "key.type") == "EC");
  CHECK(shown(outcome, "key.bits") == "256");
  CHECK(shown(outcome, "signature") == "ecdsa-with-SHA256");
  CHECK(shown(outcome, "sha256").size() == 64);
  CHECK(shown(outcome, "chain_length") == "1");
  CHECK(shown(outcome, "ocsp") == "none");
  CHECK(shown(outcome, "ocsp_stapled") == "false");
  CHECK(shown(outcome, "alpn") == "absent");
  CHECK(shown(outcome, "failed_addresses") == "0");
  const auto week = std::chrono::duration_cast<Millis>(hours{24 * 7}).count();
  const auto left = std::get<std::int64_t>(outcome.facts.at("expires_in").values.front());
  CHECK(left > week - 3'600'000);
  CHECK(left <= week);
  REQUIRE(outcome.hops.size() == 1);
  const Hop& hop = outcome.hops.front();
  CHECK(hop.request.method == "TLS");
  CHECK_THAT(hop.request.url, Catch::StartsWith("tls://good.test:"));
  CHECK_THAT(hop.command, Catch::StartsWith("openssl s_client -connect good.test:"));
  CHECK(hop.exchange.phases.dns > 0ns);
  CHECK(hop.exchange.phases.connect > 0ns);
  CHECK(hop.exchange.phases.tls > 0ns);
  CHECK(hop.duration == hop.exchange.phases.total());
}

TEST_CASE("what is wrong with a certificate fails with its kind, facts kept", "[probe][tls]") {
  TlsProbeWorld world;
  const auto issue = [&](test::LeafOptions leaf) { return world.authority.issue(leaf); };
  const CertificateFiles old =
      issue({"old", "DNS:good.test", "20200101000000Z", "20210101000000Z", false});
  const CertificateFiles other = issue({"other", "DNS:other.test", {}, {}, false});
  const CertificateFiles self = issue({"self", "DNS:good.test", {}, {}, true});
  const ProbeOutcome expired = world.tls(old);
  CHECK(kind_of(expired.failure) == "tls_expired");
  CHECK(shown(expired, "chain") == "certificate has expired");
  CHECK(std::get<std::int64_t>(expired.facts.at("expires_in").values.front()) < 0);
  const ProbeOutcome mismatch = world.tls(other);
  CHECK(kind_of(mismatch.failure) == "tls_name_mismatch");
  CHECK(shown(mismatch, "hostname") == "mismatch");
  CHECK(shown(mismatch, "chain") == "valid");
  CHECK(kind_of(world.tls(self).failure) == "tls_self_signed");
}

TEST_CASE("a server that misses the client certificate fails the step", "[probe][tls]") {
  TlsProbeWorld world;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    test::TlsServerOptions options{.files = world.good, .version_max = version};
    options.client_ca_file = world.authority.ca_file();
    const TlsServer server(options);
    TlsAction action = TlsProbeWorld::to_name("good.test", server.port());
    const ProbeOutcome without = world.tls(action);
    const bool is_old = version == TLS1_2_VERSION;
    CHECK(kind_of(without.failure) == (is_old ? "tls_handshake" : "tls_client_certificate"));
    const CertificateFiles client = world.authority.issue({"client", "DNS:client", {}, {}, false});
    action.client.client_certificate =
        test::read_file(client.certificate) + test::read_file(client.key);
    CHECK(kind_of(world.tls(action).failure) == "none");
  }
}

TEST_CASE("what expectations judge is no failure of the probe's own", "[probe][tls]") {
  TlsProbeWorld world;
  const TlsServer server({.files = world.authority.issue({"self", "DNS:x.test", {}, {}, true})});
  TlsAction action = TlsProbeWorld::to_name("good.test", server.port());
  CHECK(kind_of(world.tls(action).failure) == "tls_self_signed");
  action.verify_chain = false;
  CHECK(kind_of(world.tls(action).failure) == "tls_name_mismatch");
  action.verify_name = false;
  CHECK(kind_of(world.tls(action).failure) == "none");
  TlsAction insecure = TlsProbeWorld::to_name("good.test", server.port());
  insecure.client.insecure = true;
  CHECK(kind_of(world.tls(insecure).failure) == "none");
}

TEST_CASE("a server without the wanted version or at all is a failed handshake", "[probe][tls]") {
  TlsProbeWorld world;
  const TlsServer old({.files = world.good, .version_max = TLS1_2_VERSION});
  TlsAction action = TlsProbeWorld::to_name("good.test", old.port());
  CHECK(shown(world.tls(action), "version") == "1.2");
  action.client.min_version = 1.3;
  CHECK(kind_of(world.tls(action).failure) == "tls_handshake");
  const HostileServer silent([](RawConnection& peer) { peer.hold(); });
  CHECK(kind_of(world.tls(TlsProbeWorld::to_name("127.0.0.1", silent.port()), 200ms).failure) ==
        "tls_timeout");
  CHECK(kind_of(world.tls(TlsProbeWorld::to_name("127.0.0.1", test::unused_port())).failure) ==
        "connect_refused");
  TlsAction nonsense;
  nonsense.endpoint.target = "https://good.test";
  CHECK(kind_of(world.tls(nonsense).failure) == "invalid_request");
}

TEST_CASE("a dead first address is counted", "[probe][tls]") {
  TlsProbeWorld world;
  const TlsServer server({.files = world.good});
  TlsAction action = TlsProbeWorld::to_name("dead-first.test", server.port());
  action.client.server_name = "good.test";
  const ProbeOutcome outcome = world.tls(action);
  CHECK(kind_of(outcome.failure) == "none");
  CHECK(shown(outcome, "failed_addresses") == "1");
}

// A conversation in the clear: what the server says first, then what it waits for and answers.
struct Dialogue {
  const char* protocol;
  std::string greeting;
  std::vector<std::pair<std::string, std::string>> turns;
};

bool speak(RawConnection& peer, const Dialogue& dialogue) {
  if (!peer.send(dialogue.greeting)) return false;
  for (const auto& [wanted, answer] : dialogue.turns) {
    std::string said;
    while (said.find(wanted) == std::string::npos) {
      const std::string more = peer.read_some();
      if (more.empty()) return false;
      said += more;
    }
    if (!peer.send(answer)) return false;
  }
  return true;
}

std::vector<Dialogue> good_dialogues() {
  const std::string ldap("\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00", 14);
  return {
      {"smtp",
       "220-mail.test\r\n220 ESMTP ready\r\n",
       {{"EHLO picket\r\n", "250-mail.test\r\n250-STARTTLS\r\n250 SIZE 1000\r\n"},
        {"STARTTLS\r\n", "220 go ahead\r\n"}}},
      {"imap",
       "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n",
       {{"a1 STARTTLS\r\n", "* CAPABILITY IMAP4rev1\r\na1 OK begin\r\n"}}},
      {"pop3", "+OK POP3 ready\r\n", {{"STLS\r\n", "+OK begin\r\n"}}},
      {"postgres", "", {{std::string("\x04\xd2\x16\x2f", 4), "S"}}},
      {"ldap", "", {{"1.3.6.1.4.1.1466.20037", ldap}}},
  };
}

TEST_CASE("every STARTTLS dialogue leads to the handshake", "[probe][tls][starttls]") {
  TlsProbeWorld world;
  for (const Dialogue& dialogue : good_dialogues()) {
    INFO(dialogue.protocol);
    const TlsServer server({.files = world.good,
                            .before = [&](RawConnection& peer) { return speak(peer, dialogue); }});
    TlsAction action = TlsProbeWorld::to_name("good.test", server.port());
    action.starttls = dialogue.protocol;
    const ProbeOutcome outcome = world.tls(action);
    INFO((outcome.failure ? outcome.failure->message : ""));
    CHECK(kind_of(outcome.failure) == "none");
    CHECK(shown(outcome, "chain") == "valid");
    CHECK(outcome.hops.front().exchange.phases.wait > 0ns);
    CHECK_THAT(outcome.hops.front().command,
               Catch::Contains(std::string("-starttls ") + dialogue.protocol));
  }
}

TEST_CASE("every way to refuse STARTTLS has the kind and the server's words",
          "[probe][tls][starttls]") {
  struct Row {
    Dialogue dialogue;
    const char* kind;
    const char* words;
  };
  const std::string ldap_refusal("\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00", 14);
  const Row rows[] = {
      {{"smtp", "554 no service\r\n", {}}, "tls_starttls_refused", "554 no service"},
      {{"smtp", "220 hi\r\n", {{"EHLO", "250-mail.test\r\n250 SIZE 1\r\n"}}},
       "tls_starttls_refused",
       "does not offer STARTTLS"},
      {{"smtp", "220 hi\r\n", {{"EHLO", "250 STARTTLS\r\n"}, {"STARTTLS", "454 not now\r\n"}}},
       "tls_starttls_refused",
       "454 not now"},
      {{"imap", "* BYE overloaded\r\n", {}}, "connection_closed", "before TLS"},
      {{"imap", "* OK hi\r\n", {{"STARTTLS", "a1 NO not today\r\n"}}},
       "tls_starttls_refused",
       "a1 NO not today"},
      {{"pop3", "+OK hi\r\n", {{"STLS", "-ERR unknown command\r\n"}}},
       "tls_starttls_refused",
       "-ERR unknown command"},
      {{"postgres", "", {{std::string("\x04\xd2\x16\x2f", 4), "N"}}}, "tls_starttls_refused", "N"},
      {{"ldap", "", {{"1466", ldap_refusal}}}, "tls_starttls_refused", "result code 2"},
      {{"ldap", "", {{"1466", "HTTP/1.1 400 Bad Request\r\n\r\n"}}},
       "tls_starttls_refused",
       "no extended response"},
      {{"smtp", "", {}}, "connection_closed", "before TLS"},
  };
  TlsProbeWorld world;
  for (const Row& row : rows) {
    INFO(row.dialogue.protocol << " " << row.words);
    const HostileServer server([&](RawConnection& peer) { speak(peer, row.dialogue); });
    TlsAction action = TlsProbeWorld::to_name("good.test", server.port());
    action.starttls = row.dialogue.protocol;
    const ProbeOutcome outcome = world.tls(action);
    REQUIRE(outcome.failure);
    CHECK(kind_of(outcome.failure) == row.kind);
    CHECK_THAT(outcome.failure->message, Catch::Contains(row.words));
  }
}

TEST_CASE("words put in before the handshake are refused", "[probe][tls][starttls]") {
  TlsProbeWorld world;
  const HostileServer server([](RawConnection& peer) {
    speak(peer, {"pop3", "+OK hi\r\n", {{"STLS", "+OK begin\r\n+OK injected\r\n"}}});
    peer.hold();
  });
  TlsAction action = TlsProbeWorld::to_name("good.test", server.port());
  action.starttls = "pop3";
  const ProbeOutcome outcome = world.tls(action);
  CHECK(kind_of(outcome.failure) == "tls_handshake");
  CHECK_THAT(outcome.failure->message, Catch::Contains("before the TLS handshake"));
}

TEST_CASE("a silent server ends with the step's time", "[probe][tls][starttls]") {
  TlsProbeWorld world;
  const HostileServer silent([](RawConnection& peer) { peer.hold(); });
  for (const char* protocol : {"smtp", "postgres"}) {
    TlsAction action = TlsProbeWorld::to_name("good.test", silent.port());
    action.starttls = protocol;
    CHECK(kind_of(world.tls(action, 150ms).failure) == "timeout");
  }
}

}  // namespace
}  // namespace picket::agent
