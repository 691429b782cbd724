// A WebSocket with the messages said over it: the action of `websocket`. Plain value; texts may
// hold ${{ }} templates until a run fills them (action.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/model/tcp_action.h"

namespace picket {

struct WebSocketAction {
  static constexpr std::string_view kKind{"websocket"};
  static constexpr int kReceiveMax = 1000;
  std::string url;      // ws or wss
  std::string address;  // numeric: connect there
  std::string ip_version{"any"};
  TlsClient client;
  std::vector<std::pair<std::string, std::string>> headers;  // of the handshake
  std::vector<std::string> subprotocols;
  std::vector<DialogueTurn> dialogue;  // `expect` is found in a whole message; others are skipped
  int receive{0};                      // messages waited for after the last turn
  std::uint64_t message_bytes_max{1024 * 1024};
  bool may_refuse{false};  // an expectation judges a status other than 101
  bool operator==(const WebSocketAction&) const = default;

  std::string_view target() const { return url; }
};

template <class Visit>
void each_text(WebSocketAction& action, Visit visit) {
  visit(action.url, TextPart{"url"});
  visit(action.address, TextPart{"address"});
  each_text(action.client, visit);
  each_text(action.headers, "headers", visit);
  for (std::string& name : action.subprotocols) visit(name, TextPart{"subprotocols"});
  for (DialogueTurn& turn : action.dialogue) {
    visit(turn.expect, TextPart{"expect"});
    visit(turn.send, TextPart{"send"});
  }
}

}  // namespace picket
