// A UDP server on loopback that does with each packet as a test says. Its own thread; the
// destructor stops it.
#pragma once

#include <netinet/in.h>

#include <functional>
#include <string>
#include <thread>

namespace picket::test {

// Who sent a packet; used on the server's thread.
class UdpAsker {
 public:
  UdpAsker(int socket, int stop_event, const sockaddr_in& peer)
      : socket_(socket), stop_event_(stop_event), peer_(peer) {}

  void reply(const std::string& packet) const { send(socket_, packet); }
  void reply_from_elsewhere(const std::string& packet) const;  // from another port
  bool stopped() const;                                        // the server ends

 private:
  void send(int socket, const std::string& packet) const;

  int socket_;
  int stop_event_;
  sockaddr_in peer_;
};

class UdpServer {
 public:
  using Handle = std::function<void(const std::string& packet, const UdpAsker&)>;

  // Throws std::system_error when somebody else has the port; 0: any free one.
  UdpServer(int port, Handle handle);
  ~UdpServer();
  UdpServer(const UdpServer&) = delete;
  UdpServer& operator=(const UdpServer&) = delete;

  int port() const;

 private:
  void serve();

  Handle handle_;
  int socket_;
  int stop_event_;
  std::thread thread_;
};

}  // namespace picket::test
