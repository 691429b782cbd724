// Words in the clear before TLS (STARTTLS): greetings that never end, refusals, and words that
// somebody has put behind the go-ahead.
#include "common/model/tls_action.h"
#include "tests/integration/hostile/behaviour.h"

namespace picket::test {
namespace {

using Behaviour = HostileServer::Behaviour;

HostileTarget row(const char* what, const char* kind, const char* protocol, Behaviour behave) {
  return {"starttls", what, kind, [protocol, behave = std::move(behave)](Scene& scene) {
            auto server = std::make_shared<HostileServer>(behave);
            TlsAction to;
            to.endpoint.target = "127.0.0.1:" + std::to_string(server->port());
            to.starttls = protocol;
            scene.other = to;
            scene.servers = {server};
          }};
}

// Says the next of these after each thing it hears, the first one at once.
Behaviour turns(std::vector<std::string> words) {
  return [words = std::move(words)](RawConnection& peer) {
    for (const std::string& one : words) {
      if (!one.empty()) peer.send(one);
      if (peer.read_some().empty()) return;
    }
    peer.hold();
  };
}

// Answers the first words with something that never ends.
Behaviour endless(std::string greeting, std::string again) {
  return [greeting = std::move(greeting), again = std::move(again)](RawConnection& peer) {
    if (!greeting.empty()) {
      peer.send(greeting);
      peer.read_some();
    }
    while (peer.send(again)) {
    }
  };
}

const std::string kGreeting = "220 mail.test ESMTP\r\n";
const std::string kOffer = "250-mail.test\r\n250 STARTTLS\r\n";

Targets smtp() {
  return {
      row("SMTP: no greeting", "timeout", "smtp", turns({""})),
      row("SMTP: a greeting of one byte each 50 ms", "timeout", "smtp",
          trickles("220-mail.test ESMTP is here and has much to say\r\n")),
      row("SMTP: a greeting line without an end", "body_too_large", "smtp",
          endless("", std::string(1'000, 'x'))),
      row("SMTP: greeting lines without end", "tls_starttls_refused", "smtp",
          endless("", "220-still here\r\n")),
      row("SMTP: extensions without end", "tls_starttls_refused", "smtp",
          endless(kGreeting, "250-" + std::string(4'000, 'x') + "\r\n")),
      row("SMTP: no STARTTLS offered", "tls_starttls_refused", "smtp",
          turns({kGreeting, "250-mail.test\r\n250 HELP\r\n"})),
      row("SMTP: STARTTLS offered and refused", "tls_starttls_refused", "smtp",
          turns({kGreeting, kOffer, "454 not now\r\n"})),
      row("SMTP: words behind the go-ahead", "tls_handshake", "smtp",
          turns({kGreeting, kOffer, "220 go\r\n250 put there by somebody\r\n"})),
      row("SMTP: words without end behind the go-ahead", "tls_handshake", "smtp",
          [](RawConnection& peer) {
            peer.send(kGreeting);
            peer.read_some();
            peer.send(kOffer);
            peer.read_some();
            peer.send("220 go\r\n");
            while (peer.send("250 more\r\n")) {
            }
          }),
      row("SMTP: FIN in the greeting", "connection_closed", "smtp",
          [](RawConnection& peer) { peer.send("220 ma"); }),
      row("SMTP: RST behind the go-ahead", "tls_handshake", "smtp",
          [](RawConnection& peer) {
            peer.send(kGreeting);
            peer.read_some();
            peer.send(kOffer);
            peer.read_some();
            peer.send("220 go\r\n");
            peer.read_some();
            peer.reset();
          }),
      row("SMTP: silence behind the go-ahead", "tls_timeout", "smtp",
          turns({kGreeting, kOffer, "220 go\r\n"})),
  };
}

Targets others() {
  const std::string ldap_head("\x30\x84\x7f\xff\xff\xff", 6);
  return {
      row("IMAP: untagged lines without end", "tls_starttls_refused", "imap",
          endless("* OK here\r\n", "* CAPABILITY\r\n")),
      row("IMAP: BAD", "tls_starttls_refused", "imap", turns({"* OK here\r\n", "a1 BAD no\r\n"})),
      row("POP3: -ERR", "tls_starttls_refused", "pop3", turns({"+OK here\r\n", "-ERR no\r\n"})),
      row("POP3: empty lines without end", "tls_starttls_refused", "pop3", endless("", "\n")),
      row("PostgreSQL: N", "tls_starttls_refused", "postgres", turns({"", "N"})),
      row("PostgreSQL: an error without end", "tls_starttls_refused", "postgres", endless("", "E")),
      row("PostgreSQL: words behind S", "tls_handshake", "postgres",
          [](RawConnection& peer) {
            peer.read_some();
            peer.send("SRZ and more");
            peer.hold();
          }),
      row("LDAP: a message of 2 GB", "tls_starttls_refused", "ldap",
          [ldap_head](RawConnection& peer) {
            peer.read_some();
            peer.send(ldap_head);
            while (peer.send(std::string(4'096, 'x'))) {
            }
          }),
      row("LDAP: a length without end", "tls_starttls_refused", "ldap",
          [](RawConnection& peer) {
            peer.read_some();
            peer.send("\x30\x80");
            while (peer.send("\x80")) {
            }
          }),
      row("LDAP: half a message", "timeout", "ldap",
          [](RawConnection& peer) {
            peer.read_some();
            peer.send(std::string("\x30\x0c\x02\x01\x01\x78", 6));
            peer.hold();
          }),
      row("LDAP: a web page", "tls_starttls_refused", "ldap",
          [](RawConnection& peer) {
            peer.read_some();
            peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
            peer.hold();
          }),
  };
}

}  // namespace

Targets hostile_starttls() {
  Targets all = smtp();
  const Targets more = others();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace picket::test
