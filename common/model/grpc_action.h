// A question to a gRPC health service: the action of `grpc`. Plain value; texts may hold ${{ }}
// templates until a run fills them (action.h).
#pragma once

#include <string>
#include <string_view>

#include "common/model/http_action.h"

namespace picket {

struct GrpcAction {
  static constexpr std::string_view kKind{"grpc"};

  std::string address;  // "host:port"
  std::string service;  // empty: the server as a whole
  bool tls{true};
  std::string authority;  // of the request; empty: the address
  Pairs metadata;
  bool insecure{false};
  std::string ip_version{"any"};  // any, 4, 6
  HttpRoute route;                // server_name, client_certificate and ca of it
  bool operator==(const GrpcAction&) const = default;

  std::string_view target() const { return address; }
};

template <class Visit>
void each_text(GrpcAction& action, Visit visit) {
  visit(action.address, TextPart{"address"});
  visit(action.service, TextPart{"service"});
  visit(action.authority, TextPart{"authority"});
  each_text(action.metadata, "metadata", visit);
  each_text(action.route, visit);
}

}  // namespace picket
