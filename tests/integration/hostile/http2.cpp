// HTTP/2 without TLS (prior knowledge): frames that no good server sends. RFC 9113.
#include "tests/integration/hostile/behaviour.h"
#include "tests/integration/hostile/http2_frames.h"

namespace picket::test {
namespace {

using namespace std::chrono_literals;

using namespace h2;

// Reads the preface and the request, says what every server says first, then does `rest`.
HostileServer::Behaviour speaks(HostileServer::Behaviour rest) {
  return [rest = std::move(rest)](RawConnection& peer) {
    peer.read_some();
    peer.send(kSettings + kSettingsAck);
    rest(peer);
  };
}

HostileServer::Behaviour says(std::string frames) {
  return speaks([frames = std::move(frames)](RawConnection& peer) {
    peer.send(frames);
    peer.hold();
  });
}

// The same frame for as long as the peer takes it; what the peer says is read away meanwhile.
HostileServer::Behaviour floods(std::string first, std::string again) {
  return speaks([first = std::move(first), again = std::move(again)](RawConnection& peer) {
    peer.send(first);
    std::string block;
    while (block.size() < 8'192) block += again;
    while (peer.send(block)) peer.discard();
  });
}

HostileTarget row(const char* what, const char* kind, HostileServer::Behaviour behave) {
  HostileTarget target = served("http2", what, kind, std::move(behave));
  target.prepare = [inner = std::move(target.prepare)](Scene& scene) {
    inner(scene);
    scene.action.http_version = "2";
  };
  return target;
}

HostileTarget posting(HostileTarget target) {
  target.prepare = [inner = std::move(target.prepare)](Scene& scene) {
    inner(scene);
    scene.action.method = "POST";
    scene.action.body_kind = BodyKind::raw;
    scene.action.body = std::string(300'000, 'b');
  };
  return target;
}

// References to one long entry of the dynamic table: 4 KB that a byte names again and again.
std::string hpack_bomb() {
  const std::string name = "x";
  const std::string value(3'900, 'v');
  std::string block = kStatus200;
  block += '\x40';  // with indexing, new name
  block += static_cast<char>(name.size()) + name;
  block += "\x7f\xbd\x1d" + value;                      // 127 + 61 + 29 * 128 = 3900
  block += std::string(16'000 - block.size(), '\xbe');  // the newest entry of the dynamic table
  return frame(headers, kEndHeaders, 1, block);
}

Targets floods_of_frames() {
  const std::string head = frame(headers, kEndHeaders, 1, kStatus200);
  return {
      row("settings without end", "http_protocol",
          floods("", frame(settings, 0, 0, std::string("\0\3\0\0\0\x64", 6)))),
      row("pings without end", "http_protocol", floods("", frame(ping, 0, 0, "12345678"))),
      row("empty data without end", "http_protocol", floods(head, frame(data, 0, 1, ""))),
      row("priorities without end", "http_protocol",
          floods("", frame(priority, 0, 1, u32(3) + std::string(1, '\x10')))),
      row("window updates beyond 2^31", "http_protocol",
          floods("", frame(window_update, 0, 0, u32(0x7fffffff)))),
  };
}

}  // namespace

Targets hostile_http2() {
  Targets all = floods_of_frames();
  const std::string head = frame(headers, kEndHeaders, 1, kStatus200);
  const std::string x64(64, 'x');
  const Targets more{
      row("HTTP/1.1 in answer to HTTP/2", "http_protocol",
          [](RawConnection& peer) {
            peer.read_some();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
            peer.hold();
          }),
      row("silence after the settings", "timeout", says("")),
      row("a reset of the stream", "connect_reset", says(frame(rst_stream, 0, 1, u32(2)))),
      row("a reset of the stream together with half a body", "connect_reset",
          says(head + frame(data, 0, 1, "hi") + frame(rst_stream, 0, 1, u32(2)))),
      row("GOAWAY at once", "http_protocol",
          [](RawConnection& peer) {
            peer.read_some();
            peer.send(kSettings + frame(goaway, 0, 0, u32(0) + u32(11)));
          }),
      row("GOAWAY in the body", "http_protocol",
          [](RawConnection& peer) {
            peer.read_some();
            peer.send(kSettings + kSettingsAck + frame(headers, kEndHeaders, 1, kStatus200) +
                      frame(data, 0, 1, "hi") + frame(goaway, 0, 0, u32(0) + u32(2)));
          }),
      row("a head that is never finished", "timeout", says(frame(headers, 0, 1, kStatus200))),
      row("continuations without end", "http_protocol",
          floods(frame(headers, 0, 1, kStatus200), frame(continuation, 0, 1, field("x", x64)))),
      row("a small head that unpacks to 60 MB", "http_protocol", says(hpack_bomb())),
      row("HPACK that is none", "http_protocol",
          says(frame(headers, kEndHeaders | kEndStream, 1, "\xff\xff\xff\xff\xff\xff"))),
      row("data before the head", "http_protocol", says(frame(data, kEndStream, 1, "hi"))),
      row("data for a stream that nobody opened", "http_protocol", says(frame(data, 0, 7, "hi"))),
      row("a frame of 16 MB", "http_protocol",
          says(u32(0xffffff).substr(1) + std::string(6, '\0') + x64)),
      row("a promise that nobody asked for", "http_protocol",
          says(frame(push_promise, kEndHeaders, 1, u32(2) + kStatus200))),
      row("a header name in capitals", "http_protocol",
          says(frame(headers, kEndHeaders | kEndStream, 1, kStatus200 + field("X-Big", "v")))),
      row("a head without a status", "http_protocol",
          says(frame(headers, kEndHeaders | kEndStream, 1, field("x", "v")))),
      row("a body shorter than its length", "http_protocol",
          says(frame(headers, kEndHeaders, 1, kStatus200 + field("content-length", "9")) +
               frame(data, kEndStream, 1, "hi"))),
      posting(row("a window that never opens", "timeout",
                  [](RawConnection& peer) {
                    peer.read_some();
                    peer.send(frame(settings, 0, 0, std::string("\0\4\0\0\0\0", 6)) + kSettingsAck);
                    while (!peer.read_some().empty()) {
                    }
                  })),
  };
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace picket::test
