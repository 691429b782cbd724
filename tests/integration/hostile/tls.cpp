// TLS: handshakes that break, hang or never end, and certificates in numbers.
#include <fmt/format.h>

#include "tests/integration/hostile/behaviour.h"
#include "tests/integration/hostile/tls_peer.h"

namespace picket::test {
namespace {

using namespace std::chrono_literals;

HostileTarget row(const char* what, const char* kind, HostileServer::Behaviour behave) {
  return {"tls", what, kind, [behave = std::move(behave)](Scene& scene) {
            auto server = std::make_shared<HostileServer>(behave);
            scene.action.url = "https://127.0.0.1:" + std::to_string(server->port()) + "/";
            scene.action.route.ca = hostile_identity().ca_pem;
            scene.servers = {server};
          }};
}

HostileTarget any_certificate(HostileTarget target) {
  target.prepare = [inner = std::move(target.prepare)](Scene& scene) {
    inner(scene);
    scene.action.insecure = true;
  };
  return target;
}

HostileServer::Behaviour after_hello(std::string bytes) {
  return [bytes = std::move(bytes)](RawConnection& peer) {
    peer.read_some();
    peer.send(bytes);
    peer.hold();
  };
}

// A handshake as good as any, then `rest`.
HostileServer::Behaviour shakes(std::function<void(TlsPeer&)> rest, TlsPeerOptions options = {}) {
  return [rest = std::move(rest), options](RawConnection& peer) {
    TlsPeer tls(peer, options);
    if (!tls.handshake()) return;
    rest(tls);
  };
}

void say_hi(TlsPeer& tls) {
  tls.read_request();
  tls.send(kOk + "Content-Length: 2\r\n\r\nhi");
  tls.close();
}

std::string record(int type, const std::string& payload) {
  return std::string{static_cast<char>(type), '\x03', '\x03',
                     static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size())} +
         payload;
}

constexpr int kAlert = 21;
constexpr int kHandshake = 22;

Targets broken() {
  return {
      row("silence after the hello", "tls_timeout", after_hello("")),
      row("HTTP in answer to TLS", "tls_handshake", after_hello("HTTP/1.1 400 Bad\r\n\r\n")),
      row("bytes that are no TLS", "tls_handshake", after_hello(std::string(200, '\xaa'))),
      row("an alert", "tls_handshake", after_hello(record(kAlert, "\x02\x28"))),
      row("warnings without end", "tls_handshake",
          [](RawConnection& peer) {
            peer.read_some();
            while (peer.send(record(kAlert, "\x01\x5a"))) {
            }
          }),
      row("a record longer than TLS allows", "tls_handshake",
          after_hello(std::string("\x16\x03\x03\xff\xff", 5) + std::string(70'000, 'x'))),
      row("empty records without end", "tls_handshake",
          [](RawConnection& peer) {
            peer.read_some();
            while (peer.send(record(kHandshake, ""))) {
            }
          }),
      row("a hello of 16 MB", "tls_handshake",
          [](RawConnection& peer) {
            peer.read_some();
            peer.send(record(kHandshake, std::string("\x02\xff\xff\xff", 4)));
            while (peer.send(record(kHandshake, std::string(16'000, 'x')))) {
            }
          }),
      row("TLS 1.0", "tls_handshake",
          after_hello(record(kHandshake, std::string("\x02\0\0\x26\x03\x01", 6) +
                                             std::string(32, 'r') + std::string("\0\0\x2f\0", 4)))),
      row("FIN in the handshake", "tls_handshake", [](RawConnection& peer) { peer.read_some(); }),
      row("RST in the handshake", "tls_handshake",
          [](RawConnection& peer) {
            peer.read_some();
            peer.reset();
          }),
  };
}

Targets complete() {
  TlsPeerOptions one_byte;
  one_byte.one_byte_records = true;
  TlsPeerOptions long_chain;
  long_chain.chain = 100;
  TlsPeerOptions large_group;
  large_group.dh_bits = 10'000;
  return {
      row("a handshake in records of one byte", "passes", shakes(say_hi, one_byte)),
      row("a chain of 100 certificates", "tls_untrusted", shakes(say_hi, long_chain)),
      any_certificate(row("a Diffie-Hellman group of 10,000 bits", "tls_handshake",
                          shakes(say_hi, large_group))),
      row("session tickets without end", "timeout", shakes([](TlsPeer& tls) {
            tls.read_request();
            while (tls.send_ticket()) {
            }
          })),
      row("an end without close_notify where the length is not known", "passes",
          shakes([](TlsPeer& tls) {
            tls.read_request();
            tls.send(kOk + "\r\nhalf of it");
          })),
      row("noise in the middle of the body", "http_protocol", shakes([](TlsPeer& tls) {
            tls.read_request();
            tls.send(kOk + "Content-Length: 100\r\n\r\nhi");
            tls.send_raw(record(23, std::string(64, 'n')));
          })),
  };
}

}  // namespace

Targets hostile_tls() {
  Targets all = broken();
  const Targets more = complete();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace picket::test
