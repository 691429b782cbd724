// One TLS handshake whose certificate and parameters are looked at: the action of `tls`. Plain
// value; texts may hold ${{ }} templates until a run fills them (action.h).
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "common/model/endpoint.h"

namespace picket {

struct TlsAction {
  static constexpr std::string_view kKind{"tls"};
  // With the port a target without one has.
  static constexpr std::array<std::pair<std::string_view, int>, 6> kProtocols{{{"none", 443},
                                                                               {"smtp", 25},
                                                                               {"imap", 143},
                                                                               {"pop3", 110},
                                                                               {"postgres", 5432},
                                                                               {"ldap", 389}}};
  Endpoint endpoint;
  std::string starttls{"none"};
  TlsClient client;
  // What is wrong fails the step by itself, unless its expectations say otherwise.
  bool verify_chain{true};
  bool verify_name{true};
  bool verify_status{true};  // revoked by OCSP
  bool operator==(const TlsAction&) const = default;

  std::string_view target() const { return endpoint.target; }
};

template <class Visit>
void each_text(TlsAction& action, Visit visit) {
  each_text(action.endpoint, visit);
  each_text(action.client, visit);
}

}  // namespace picket
