// Status lines and headers.
#include "tests/integration/hostile/behaviour.h"

namespace picket::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kGroup = "heads";

std::string many(int count, const std::string& name, const std::string& value) {
  std::string out = kOk;
  for (int i = 0; i < count; ++i) out += name + std::to_string(i) + ": " + value + "\r\n";
  return out + "Content-Length: 0\r\n\r\n";
}

HostileServer::Behaviour then_holds(std::string bytes) {
  return [bytes = std::move(bytes)](RawConnection& peer) {
    peer.read_request();
    peer.send(bytes);
    peer.hold();
  };
}

HostileServer::Behaviour drips(std::string bytes) {
  return [bytes = std::move(bytes)](RawConnection& peer) {
    peer.read_request();
    peer.drip(bytes, 50ms);
  };
}

}  // namespace

Targets hostile_heads() {
  const auto row = [](const char* what, const char* kind, HostileServer::Behaviour behave) {
    return served(kGroup, what, kind, std::move(behave));
  };
  const std::string end = "Content-Length: 0\r\n\r\n";
  return {
      row("silence after the request", "timeout", then_holds("")),
      row("a head of one byte each 50 ms", "timeout", drips(kOk + "X-A: one\r\nX-B: two\r\n")),
      row("a status line and nothing after it", "timeout", then_holds(kOk)),
      row("a header line that never ends", "header_too_large",
          repeats(kOk + "X-Long: ", std::string(4096, 'x'))),
      row("headers that never end", "header_too_large", repeats(kOk, "X-More: and more\r\n")),
      row("100,000 headers", "header_too_large", answers(many(100'000, "X-", "y"))),
      row("a header of 1 MB", "header_too_large",
          answers(kOk + "X-Big: " + std::string(1 << 20, 'b') + "\r\n" + end)),
      row("100 Continue without end", "header_too_large",
          repeats("", "HTTP/1.1 100 Continue\r\n\r\n")),
      row("103 Early Hints without end", "header_too_large",
          repeats("", "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n")),
      row("101 Switching Protocols without being asked", "http_status",
          answers("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x02hi")),
      row("bytes that are no status line", "http_protocol", answers("\x01\x02 nonsense\r\n\r\n")),
      row("a body without a head, as HTTP/0.9 has it", "http_protocol",
          answers("<html>hello</html>")),
      row("a status line of HTTP/3.0", "http_protocol", answers("HTTP/3.0 200 OK\r\n" + end)),
      row("status 999", "http_status", answers("HTTP/1.1 999 Odd\r\n" + end)),
      row("status 000", "http_protocol", answers("HTTP/1.1 000 None\r\n" + end)),
      row("a status that is no number", "http_protocol", answers("HTTP/1.1 abc\r\n" + end)),
      row("a NUL in a header", "http_protocol",
          answers(kOk + "X-Nul: a" + std::string(1, '\0') + "b\r\n" + end)),
      row("control characters in a header", "passes",
          answers(kOk + "X-Odd: a\x01\x1b[31m\x7f\r\n" + end)),
      row("a header folded over lines", "passes",
          answers(kOk + "X-Fold: a\r\n b\r\n\tc\r\n" + end)),
      row("a header line without a colon", "http_protocol", answers(kOk + "no colon\r\n" + end)),
      row("invalid UTF-8 in headers", "passes", answers(kOk + "X-Latin: \xe9\xff\xfe\r\n" + end)),
      row("lines that end with LF alone", "passes",
          answers("HTTP/1.1 200 OK\nContent-Length: 2\n\nhi")),
      row("4,000 cookies", "passes", answers(many(4'000, "Set-Cookie: c", "=v; Path=/"))),
      row("cookies for other sites and for the whole of .com", "passes",
          answers(kOk + "Set-Cookie: a=1; Domain=bank.example\r\nSet-Cookie: b=2; Domain=com\r\n" +
                  "Set-Cookie: c=3; Domain=.\r\n" + end)),
      row("a cookie of 90 KB", "passes",
          answers(kOk + "Set-Cookie: big=" + std::string(90'000, 'c') + "\r\n" + end)),
      row("a negative length", "http_protocol", answers(kOk + "Content-Length: -2\r\n\r\nhi")),
      row("a length beyond 64 bits", "passes",
          answers(kOk + "Content-Length: 99999999999999999999999\r\n\r\nhi")),
      row("two lengths that contradict each other", "http_truncated",
          answers(kOk + "Content-Length: 2\r\nContent-Length: 5\r\n\r\nhi")),
      row("a length and chunks", "passes",
          answers(kOk + "Content-Length: 50\r\nTransfer-Encoding: chunked\r\n\r\n" +
                  "2\r\nhi\r\n0\r\n\r\n")),
  };
}

}  // namespace picket::test
