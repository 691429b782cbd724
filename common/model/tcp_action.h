// A TCP connection with what is said over it: the action of `tcp`. Plain value; texts may hold
// ${{ }} templates until a run fills them (action.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/endpoint.h"

namespace picket {

// One turn of a dialogue: what is waited for, then what is said; either may be empty.
struct DialogueTurn {
  std::string expect;  // RE2, found anywhere in what came since the last turn
  std::string send;
  bool operator==(const DialogueTurn&) const = default;
};

// What is read after the last turn.
enum class Reading {
  nothing,
  line,   // up to a line feed
  until,  // up to a match of `until`
  all,    // to the peer's end
};

struct TcpAction {
  static constexpr std::string_view kKind{"tcp"};
  Endpoint endpoint;
  std::optional<TlsClient> tls;  // before anything is said
  std::vector<DialogueTurn> dialogue;
  Reading reading{Reading::nothing};
  std::string until;  // RE2
  std::uint64_t receive_bytes_max{64 * 1024};
  bool operator==(const TcpAction&) const = default;

  std::string_view target() const { return endpoint.target; }
};

template <class Visit>
void each_text(TcpAction& action, Visit visit) {
  each_text(action.endpoint, visit);
  if (action.tls) each_text(*action.tls, visit);
  for (DialogueTurn& turn : action.dialogue) {
    visit(turn.expect, TextPart{"expect"});
    visit(turn.send, TextPart{"send"});
  }
  visit(action.until, TextPart{"until"});
}

}  // namespace picket
