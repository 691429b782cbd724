// WebSockets: handshakes that never finish or are none, frames that break RFC 6455, and frames
// without end.
#include "common/model/websocket_action.h"
#include "tests/integration/hostile/behaviour.h"
#include "tests/support/websocket_accept.h"

namespace picket::test {
namespace {

using Behaviour = HostileServer::Behaviour;

HostileTarget row(const char* what, const char* kind, WebSocketAction action, Behaviour behave) {
  return {"websocket", what, kind,
          [action = std::move(action), behave = std::move(behave)](Scene& scene) {
            auto server = std::make_shared<HostileServer>(behave);
            WebSocketAction to = action;
            to.url = "ws://127.0.0.1:" + std::to_string(server->port()) + "/";
            scene.other = to;
            scene.servers = {server};
          }};
}

WebSocketAction receives(int messages) {
  WebSocketAction action;
  action.receive = messages;
  return action;
}

const std::string kSwitching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";

enum Opcode { kContinuation = 0, kText = 1, kClose = 8, kPing = 9, kPong = 10, kFinal = 0x80 };

// RFC 6455, 5.2; the first byte as it stands on the wire.
std::string frame(int first, const std::string& payload) {
  std::string out(1, static_cast<char>(first));
  const std::size_t size = payload.size();
  if (size < 126) return out + static_cast<char>(size) + payload;
  const bool is_long = size > 0xffff;
  out += static_cast<char>(is_long ? 127 : 126);
  for (int shift = is_long ? 56 : 8; shift >= 0; shift -= 8)
    out += static_cast<char>((size >> shift) & 0xff);
  return out + payload;
}

// A head alone, of a final text of so many bytes.
std::string head_of(std::uint64_t size) {
  std::string out{static_cast<char>(kFinal | kText), '\x7f'};
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>((size >> shift) & 0xff);
  return out;
}

// Opens as it should, then does this.
Behaviour opens(Behaviour rest) {
  return [rest = std::move(rest)](RawConnection& peer) {
    peer.send(websocket_opening(peer.read_request()));
    rest(peer);
  };
}

Behaviour says(std::string frames) {
  return opens([frames = std::move(frames)](RawConnection& peer) {
    peer.send(frames);
    peer.hold();
  });
}

// Reads what is sent in between, or does not.
Behaviour floods(std::string first, std::string again, bool reads = true) {
  return opens([first = std::move(first), again = std::move(again), reads](RawConnection& peer) {
    peer.send(first);
    while (peer.send(again))
      if (reads) peer.discard();
  });
}

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

Targets handshakes() {
  const WebSocketAction plain = receives(1);
  const auto refuses = [&](const char* what, std::string answer) {
    return row(what, "websocket_handshake", plain, answers(std::move(answer)));
  };
  return {
      row("silence after the handshake's request", "timeout", plain,
          [](RawConnection& peer) {
            peer.read_request();
            peer.hold();
          }),
      row("a handshake of one byte each 50 ms", "timeout", plain, trickles(kSwitching)),
      row("a handshake whose headers never end", "websocket_handshake", plain,
          repeats(kSwitching, "X-More: and more\r\n")),
      row("a handshake with a header line that never ends", "websocket_handshake", plain,
          repeats(kSwitching + "X-More: ", std::string(1'000, 'x'))),
      row("100 Continue without end to the handshake", "websocket_handshake", plain,
          repeats("", "HTTP/1.1 100 Continue\r\n\r\n")),
      row("a page without end in place of the handshake", "websocket_handshake", plain,
          repeats(kOk + "\r\n", std::string(8'192, 'x'))),
      row("chunks without end in place of the handshake", "timeout", plain,
          repeats(kOk + "Transfer-Encoding: chunked\r\n\r\n", "5\r\nhello\r\n")),
      row("chunks of a byte without end in place of the handshake", "timeout", plain,
          repeats(kOk + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n")),
      refuses("a wrong accept key",
              kSwitching + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"),
      refuses("no accept key", kSwitching + "\r\n"),
      refuses("101 to another protocol",
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
      refuses("bytes that are no HTTP", std::string(200, '\xaa')),
      refuses("HTTP/3.0 in the handshake", "HTTP/3.0 101 Switching\r\n\r\n"),
      row("FIN in the handshake", "connection_closed", plain, answers("HTTP/1.1 101 Swi")),
      row("RST in the handshake", "connect_reset", plain,
          [](RawConnection& peer) {
            peer.read_request();
            peer.reset();
          }),
  };
}

HostileTarget breaks(const char* what, const std::string& frames) {
  return row(what, "websocket_protocol", receives(1), says(frames));
}

Targets frames() {
  using namespace std::string_literals;
  return {
      breaks("a masked frame", "\x81\x85\1\2\3\4hello"),
      breaks("a reserved opcode", frame(kFinal | 3, "x")),
      breaks("a reserved control opcode", frame(kFinal | 11, "x")),
      breaks("a message compressed unasked", frame(kFinal | kText | 0x40, "\xaa\x56\x04\0"s)),
      breaks("reserved bits", frame(kFinal | kText | 0x30, "x")),
      breaks("a continuation of nothing", frame(kFinal | kContinuation, "x")),
      breaks("a message inside of another", frame(kText, "x") + frame(kFinal | kText, "y")),
      breaks("a ping in fragments", frame(kPing, "x")),
      breaks("a ping of 126 bytes", frame(kFinal | kPing, std::string(126, 'p'))),
      breaks("a length written longer than it need be", "\x81\x7e\0\5hello"s),
      breaks("a close of one byte", frame(kFinal | kClose, "x")),
      breaks("a close with a code that nobody may send", frame(kFinal | kClose, "\x03\xed")),
      breaks("a close with a reason of invalid UTF-8", frame(kFinal | kClose, "\x03\xe8\xff\xfe")),
      breaks("a text of invalid UTF-8", frame(kFinal | kText, "\xff\xfe")),
      breaks("half a character at the end of a text", frame(kFinal | kText, "\xe2\x82")),
      row("a frame of 2^63 bytes", "body_too_large", receives(1), says(head_of(1ULL << 63))),
      row("a frame of 2^64 - 1 bytes", "body_too_large", receives(1), says(head_of(~0ULL))),
      row("a frame of 1 TB", "body_too_large", receives(1), says(head_of(1ULL << 40))),
      row("a frame longer than its connection", "websocket_closed", receives(1),
          opens([](RawConnection& peer) {
            peer.send(frame(kFinal | kText, std::string(1'000, 'x')).substr(0, 100));
          })),
      row("an end without a close frame", "websocket_closed", receives(1),
          opens([](RawConnection&) {})),
      row("RST behind the handshake", "connect_reset", receives(1),
          opens([](RawConnection& peer) { peer.reset(); })),
      row("a close with 1013 and a reason", "websocket_closed", receives(1),
          says(frame(kFinal | kClose, "\x03\xf5 later"))),
  };
}

Targets endless() {
  const std::string ping = frame(kFinal | kPing, "");
  const std::string word = frame(kFinal | kText, "no");
  WebSocketAction wants = receives(0);
  wants.dialogue = {{"yes", ""}};
  WebSocketAction speaks = receives(1);
  speaks.dialogue = {{"", std::string(4U << 20, 'q')}};
  WebSocketAction modest = receives(1);
  modest.message_bytes_max = 64U << 10;
  const std::string large = frame(kFinal | kText, std::string(1U << 20, 'm'));
  return {
      row("silence behind the handshake", "timeout", receives(1), says("")),
      row("a message of one byte each 50 ms", "timeout", receives(1),
          opens(trickles(frame(kFinal | kText, std::string(100, 'x'))))),
      row("pings without end", "timeout", receives(1), floods("", ping)),
      row("pings without end, many in a packet", "timeout", receives(1),
          floods("", repeated(ping, 1'000))),
      row("pings without end, whose pongs nobody reads", "timeout", receives(1),
          floods("", repeated(frame(kFinal | kPing, std::string(125, 'p')), 100), false)),
      row("pongs without end", "timeout", receives(1),
          floods("", repeated(frame(kFinal | kPong, ""), 1'000))),
      row("empty fragments without end", "timeout", receives(1),
          floods(frame(kText, ""), repeated(frame(kContinuation, ""), 1'000))),
      row("fragments without end", "body_too_large", receives(1),
          floods(frame(kText, ""), repeated(frame(kContinuation, std::string(100, 'f')), 100))),
      row("fragments of a byte without end", "body_too_large", modest,
          floods(frame(kText, ""), repeated(frame(kContinuation, "f"), 1'000))),
      row("pings between the fragments of a message", "passes", receives(1),
          says(frame(kText, "o") + repeated(ping, 1'000) + frame(kFinal | kContinuation, "k"))),
      row("messages without end that are not waited for", "timeout", wants,
          floods("", repeated(word, 1'000))),
      row("empty messages without end", "timeout", wants,
          floods("", repeated(frame(kFinal | kText, ""), 1'000))),
      row("a hundred messages of 1 MB", "passes", receives(100), says(repeated(large, 100))),
      row("messages without end while the agent closes", "passes", receives(1),
          floods("", repeated(word, 1'000))),
      row("pings without end while the agent closes", "passes", receives(1),
          floods(word, repeated(ping, 1'000))),
      row("silence while the agent closes", "passes", receives(1), says(word)),
      row("4 MB said that nobody reads", "timeout", speaks, says("")),
  };
}

}  // namespace

Targets hostile_websockets() {
  Targets all = handshakes();
  for (const Targets& more : {frames(), endless()}) all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace picket::test
