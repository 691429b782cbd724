// TCP: ports that do not answer, and connections that nobody reads.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <system_error>

#include "tests/integration/hostile/behaviour.h"
#include "tests/support/process.h"

namespace picket::test {
namespace {

// Listens and never accepts, its queue filled: further SYNs get no answer.
class FullBacklog {
 public:
  FullBacklog() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 0) != 0)
      throw std::system_error(errno, std::generic_category(), "listen");
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    for (int i = 0; i < 4; ++i) {
      const int waiting = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      ::connect(waiting, reinterpret_cast<sockaddr*>(&address), size);
      waiting_.push_back(waiting);
    }
  }
  ~FullBacklog() {
    for (const int descriptor : waiting_) ::close(descriptor);
    ::close(listener_);
  }
  FullBacklog(const FullBacklog&) = delete;
  FullBacklog& operator=(const FullBacklog&) = delete;

  int port() const { return port_; }

 private:
  int listener_;
  int port_{0};
  std::vector<int> waiting_;
};

std::string url_of(int port, const std::string& scheme = "http") {
  return scheme + "://127.0.0.1:" + std::to_string(port) + "/";
}

}  // namespace

Targets hostile_connections() {
  HostileTarget unread = served("connections", "a request that nobody reads", "timeout",
                                [](RawConnection& peer) { peer.hold(); });
  unread.prepare = [inner = std::move(unread.prepare)](Scene& scene) {
    inner(scene);
    scene.action.method = "POST";
    scene.action.body_kind = BodyKind::multipart;
    scene.action.multipart = {
        {.name = "large", .kind = BodyPart::Kind::generated, .bytes = 4u << 20}};
  };
  return {
      {"connections", "a port that nobody listens on", "connect_refused",
       [](Scene& scene) { scene.action.url = url_of(unused_port()); }},
      {"connections", "a port that answers no SYN", "connect_timeout",
       [](Scene& scene) {
         auto full = std::make_shared<FullBacklog>();
         scene.action.url = url_of(full->port());
         scene.servers = {full};
       }},
      served("connections", "RST at once", "connect_reset",
             [](RawConnection& peer) { peer.reset(); }),
      served("connections", "RST after the request", "connect_reset",
             [](RawConnection& peer) {
               peer.read_request();
               peer.reset();
             }),
      served("connections", "FIN without a word", "connect_reset",
             [](RawConnection& peer) { peer.read_request(); }),
      served("connections", "a greeting before the request, as SMTP has it", "http_protocol",
             [](RawConnection& peer) {
               peer.send("220 mail.example ESMTP\r\n");
               peer.hold();
             }),
      unread,
  };
}

}  // namespace picket::test
