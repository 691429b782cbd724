// Handshakes of the tls probe: servers that stop in the middle, speak something else, or make the
// agent work.
#include "common/model/tls_action.h"
#include "tests/integration/hostile/behaviour.h"
#include "tests/integration/hostile/tls_peer.h"

namespace picket::test {
namespace {

using Behaviour = HostileServer::Behaviour;

HostileTarget row(const char* what, const char* kind, Behaviour behave, TlsAction action = {}) {
  return {"tls probe", what, kind,
          [action = std::move(action), behave = std::move(behave)](Scene& scene) {
            auto server = std::make_shared<HostileServer>(behave);
            TlsAction to = action;
            to.endpoint.target = "127.0.0.1:" + std::to_string(server->port());
            to.client.ca = hostile_identity().ca_pem;
            scene.other = to;
            scene.servers = {server};
          }};
}

Behaviour after_hello(std::string bytes) {
  return [bytes = std::move(bytes)](RawConnection& peer) {
    peer.read_some();
    peer.send(bytes);
    peer.hold();
  };
}

Behaviour repeats_after_hello(std::string again) {
  return [again = std::move(again)](RawConnection& peer) {
    peer.read_some();
    while (peer.send(again)) {
    }
  };
}

// As good a handshake as the options allow, then nothing more is said.
Behaviour shakes(TlsPeerOptions options) {
  return [options](RawConnection& peer) {
    TlsPeer tls(peer, options);
    if (tls.handshake()) peer.hold();
  };
}

std::string record(char type, const std::string& payload) {
  return std::string{type, '\x03', '\x03', static_cast<char>(payload.size() >> 8),
                     static_cast<char>(payload.size())} +
         payload;
}

constexpr char kAlert = 21;
constexpr char kHandshake = 22;

Targets broken() {
  return {
      row("silence after the hello", "tls_timeout", after_hello("")),
      row("a hello of one byte each 50 ms", "tls_timeout",
          [](RawConnection& peer) {
            peer.read_some();
            peer.drip(record(kHandshake, std::string("\2\0\0\x26\3\3", 6) + std::string(64, 'r')),
                      std::chrono::milliseconds{50});
          }),
      row("HTTP in answer to TLS", "tls_handshake", after_hello("HTTP/1.1 400 Bad\r\n\r\n")),
      row("HTTP without end in answer to TLS", "tls_handshake",
          repeats_after_hello("HTTP/1.1 400 Bad\r\n\r\n")),
      row("a greeting before the hello, as SMTP has it", "tls_handshake",
          [](RawConnection& peer) {
            peer.send("220 mail.test ESMTP\r\n");
            peer.hold();
          }),
      row("bytes that are no TLS", "tls_handshake", after_hello(std::string(200, '\xaa'))),
      row("fatal alerts without end", "tls_handshake",
          repeats_after_hello(record(kAlert, "\x02\x28"))),
      row("warnings without end", "tls_handshake", repeats_after_hello(record(kAlert, "\x01\x5a"))),
      row("empty records without end", "tls_handshake",
          repeats_after_hello(record(kHandshake, ""))),
      row("hello requests without end", "tls_timeout",
          repeats_after_hello(record(kHandshake, std::string(4, '\0')))),
      row("application data in place of a hello", "tls_handshake",
          repeats_after_hello(record(23, "hello"))),
      row("FIN in the handshake", "tls_handshake", [](RawConnection& peer) { peer.read_some(); }),
      row("RST in the handshake", "tls_handshake",
          [](RawConnection& peer) {
            peer.read_some();
            peer.reset();
          }),
  };
}

Targets costly() {
  TlsAction any_chain;
  any_chain.verify_chain = false;
  return {
      row("silence after the server's hello", "tls_timeout", shakes({.records_max = 1})),
      row("silence before the certificate", "tls_timeout", shakes({.records_max = 3})),
      row("a handshake in records of one byte", "passes", shakes({.one_byte_records = true})),
      row("a chain of 100 certificates", "tls_untrusted", shakes({.chain = 100})),
      row("a certificate of 3,000 names", "passes", shakes({.names = 3'000}), any_chain),
      row("a certificate of 9,000 names", "tls_handshake", shakes({.names = 9'000}), any_chain),
      row("a Diffie-Hellman group of 10,000 bits", "tls_handshake", shakes({.dh_bits = 10'000}),
          any_chain),
  };
}

}  // namespace

Targets hostile_tls_probe() {
  Targets all = broken();
  const Targets more = costly();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace picket::test
