// A TCP server on a free loopback port that does whatever a test says, byte by byte: half a
// response, a reset, silence, floods. Its own threads; the destructor ends every connection.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace picket::test {

// One accepted connection, used by the behaviour on the connection's own thread. Every call
// returns early when the peer is gone or the server stops.
class RawConnection {
 public:
  RawConnection(int descriptor, int stop_event)
      : descriptor_(descriptor), stop_event_(stop_event) {}
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  // Reads up to and including the blank line; what came if the peer ends before.
  std::string read_request();
  std::string read_some();  // empty: the peer is gone

  bool send(std::string_view bytes);  // false: the peer is gone or the server stops

  // One byte per interval.
  bool drip(std::string_view bytes, std::chrono::milliseconds interval);

  void discard();  // throws away what has arrived, without waiting
  void hold();     // neither reads nor writes until the peer or the server ends
  void reset();    // RST instead of FIN
  void end();      // FIN; reading goes on

 private:
  bool wait_for(short events, int timeout_ms);

  int descriptor_;
  int stop_event_;
};

class HostileServer {
 public:
  using Behaviour = std::function<void(RawConnection&)>;

  // Listens on 127.0.0.1 and treats each connection so. Throws std::system_error.
  explicit HostileServer(Behaviour behaviour);
  ~HostileServer();
  HostileServer(const HostileServer&) = delete;
  HostileServer& operator=(const HostileServer&) = delete;

  int port() const { return port_; }
  std::string url(std::string_view path = "/") const;
  int connections() const { return connections_; }  // accepted so far

 private:
  void accept_all();

  Behaviour behaviour_;
  int listener_{-1};
  int stop_event_{-1};
  int port_{0};
  std::atomic<int> connections_{0};
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

// A loopback port that nobody listens on, so it refuses connections.
int unused_port();

}  // namespace picket::test
