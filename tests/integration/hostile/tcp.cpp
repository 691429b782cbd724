// Peers of the tcp probe: banners that never end or never come, words that are none, and ends of
// every sort, in the clear and inside TLS.
#include "common/model/tcp_action.h"
#include "tests/integration/hostile/behaviour.h"
#include "tests/integration/hostile/tls_peer.h"

namespace picket::test {
namespace {

using Behaviour = HostileServer::Behaviour;

HostileTarget row(const char* what, const char* kind, TcpAction action, Behaviour behave) {
  return {"tcp", what, kind,
          [action = std::move(action), behave = std::move(behave)](Scene& scene) {
            auto server = std::make_shared<HostileServer>(behave);
            TcpAction to = action;
            to.endpoint.target = "127.0.0.1:" + std::to_string(server->port());
            scene.other = to;
            scene.servers = {server};
          }};
}

// What is wanted comes too late: the words that came until then are the failure's.
HostileTarget waits(HostileTarget target) {
  target.waits = true;
  return target;
}

TcpAction reads(Reading reading) {
  TcpAction action;
  action.reading = reading;
  return action;
}

TcpAction talks(std::vector<DialogueTurn> dialogue, Reading reading = Reading::nothing) {
  TcpAction action = reads(reading);
  action.dialogue = std::move(dialogue);
  return action;
}

const DialogueTurn kGreeting{"^220 ", ""};
const DialogueTurn kGoodbye{"^220 ", "QUIT\r\n"};

Behaviour says(std::string words) {
  return [words = std::move(words)](RawConnection& peer) {
    peer.send(words);
    peer.hold();
  };
}

// Says this, and that for as long as somebody takes it; reads nothing.
Behaviour endless(std::string first, std::string again) {
  return [first = std::move(first), again = std::move(again)](RawConnection& peer) {
    peer.send(first);
    while (peer.send(again)) {
    }
  };
}

std::string every_byte() {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  return all;
}

Targets banners() {
  TcpAction greedy = talks({{"ready$", ""}});
  greedy.receive_bytes_max = 16U << 20;
  return {
      row("no banner", "timeout", talks({kGreeting}), says("")),
      waits(row("a banner of one byte each 50 ms", "tcp_unexpected", talks({kGreeting}),
                trickles("220-welcome to this host, which has much to say"))),
      row("a banner without an end", "body_too_large", reads(Reading::line),
          endless("220 ", std::string(1'000, 'x'))),
      row("lines without end that are not waited for", "body_too_large", talks({kGreeting}),
          endless("", "500 no\r\n")),
      row("16 MB that are not waited for", "body_too_large", greedy,
          endless("", std::string(16'384, 'x'))),
      row("single bytes without end, as fast as they go", "body_too_large", talks({kGreeting}),
          endless("", "x")),
      row("binary noise without end", "body_too_large", talks({kGreeting}),
          endless("", every_byte())),
      row("an answer without end", "body_too_large", reads(Reading::all),
          endless("", std::string(8'192, '\0'))),
      row("NUL and invalid UTF-8 before what is waited for", "passes", talks({{"(?m)^220 ", ""}}),
          says(every_byte() + "\n220 hello")),
      row("what nobody waits for without end, behind what is waited for", "passes",
          talks({kGoodbye}), endless("220 hello\r\n", std::string(8'192, 'x'))),
  };
}

Targets ends() {
  return {
      row("FIN without a word", "connection_closed", talks({kGreeting}), [](RawConnection&) {}),
      row("FIN in the banner", "tcp_unexpected", talks({kGreeting}),
          [](RawConnection& peer) { peer.send("22"); }),
      row("RST without a word", "connect_reset", talks({kGreeting}),
          [](RawConnection& peer) { peer.reset(); }),
      row("RST behind what is waited for", "connect_reset", talks({kGoodbye}, Reading::line),
          [](RawConnection& peer) {
            peer.send("220 hello\r\n");
            peer.read_some();
            peer.reset();
          }),
      row("half an end, and still listening", "passes", talks({kGoodbye}, Reading::all),
          [](RawConnection& peer) {
            peer.send("220 hello\r\n");
            peer.end();
            peer.hold();
          }),
      row("4 MB said that nobody reads", "timeout",
          talks({{"^220 ", std::string(4U << 20, 'q')}}, Reading::line), says("220 hello\r\n")),
      row("4 MB said that nobody reads, and words without end", "timeout",
          talks({{"^220 ", std::string(4U << 20, 'q')}}, Reading::line),
          endless("220 hello\r\n", "x")),
  };
}

HostileTarget inside_tls(const char* what, const char* kind, void (*rest)(TlsPeer&)) {
  TcpAction action = talks({kGreeting});
  action.tls.emplace();
  action.tls->ca = hostile_identity().ca_pem;
  return row(what, kind, action, [rest](RawConnection& peer) {
    TlsPeer tls(peer, {});
    if (tls.handshake()) rest(tls);
  });
}

Targets encrypted() {
  return {
      inside_tls("TLS, and silence in it", "timeout", [](TlsPeer& tls) { tls.read_request(); }),
      inside_tls("TLS, and session tickets without end in it", "timeout",
                 [](TlsPeer& tls) {
                   while (tls.send_ticket()) {
                   }
                 }),
      inside_tls("TLS, and key updates without end in it", "timeout",
                 [](TlsPeer& tls) {
                   while (tls.update_key()) {
                   }
                 }),
      inside_tls("TLS, and noise behind the handshake", "connect_reset",
                 [](TlsPeer& tls) {
                   tls.send_raw(std::string("\x17\x03\x03\0\x40", 5) + std::string(64, 'n'));
                   tls.read_request();
                 }),
      inside_tls("TLS, and words in the clear behind the handshake", "connect_reset",
                 [](TlsPeer& tls) {
                   tls.send_raw("220 hello\r\n");
                   tls.read_request();
                 }),
      inside_tls("TLS, and close_notify without a word", "connection_closed",
                 [](TlsPeer& tls) { tls.close(); }),
      inside_tls("TLS, and FIN without close_notify", "connection_closed", [](TlsPeer&) {}),
  };
}

}  // namespace

Targets hostile_tcp() {
  Targets all = banners();
  for (const Targets& more : {ends(), encrypted()}) all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace picket::test
