// What a WebSocket server answers to a client's key (RFC 6455, 1.3), for servers that tests script
// byte by byte. Pure.
#pragma once

#include <openssl/sha.h>

#include <string>

#include "common/core/hex.h"

namespace picket::test {

// The base64 of SHA-1 of the key in this request and a fixed GUID.
inline std::string websocket_accept(const std::string& request) {
  const std::string name = "Sec-WebSocket-Key: ";
  const auto at = request.find(name) + name.size();
  const std::string text =
      request.substr(at, request.find("\r\n", at) - at) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return to_base64({reinterpret_cast<const char*>(digest), sizeof digest});
}

// The whole answer that opens the socket.
inline std::string websocket_opening(const std::string& request) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
         "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
         websocket_accept(request) + "\r\n\r\n";
}

}  // namespace picket::test
