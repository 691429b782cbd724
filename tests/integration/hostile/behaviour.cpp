#include "tests/integration/hostile/behaviour.h"

#include <utility>

namespace picket::test {

HostileTarget served(std::string group, std::string what, std::string kind,
                     HostileServer::Behaviour behave) {
  return {std::move(group), std::move(what), std::move(kind),
          [behave = std::move(behave)](Scene& scene) {
            auto server = std::make_shared<HostileServer>(behave);
            scene.action.url = server->url();
            scene.servers = {server};
          }};
}

HostileServer::Behaviour answers(std::string bytes) {
  return [bytes = std::move(bytes)](RawConnection& peer) {
    peer.read_request();
    peer.send(bytes);
  };
}

HostileServer::Behaviour repeats(std::string first, std::string again) {
  return [first = std::move(first), again = std::move(again)](RawConnection& peer) {
    peer.read_request();
    peer.send(first);
    while (peer.send(again)) {
    }
  };
}

HostileServer::Behaviour trickles(std::string bytes) {
  return [bytes = std::move(bytes)](RawConnection& peer) {
    peer.drip(bytes, std::chrono::milliseconds{50});
    peer.hold();
  };
}

}  // namespace picket::test
