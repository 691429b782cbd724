// Decides which addresses may be connected to: between DNS and connect, and again for the socket.
// Metadata, loopback, link-local, multicast and unspecified addresses are refused unless allowed,
// also in their IPv4-mapped, NAT64 (RFC 6052) and 6to4 forms. A plain value; no I/O.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/core/result.h"

namespace picket::http {

class AddressGuard {
 public:
  // Refuses the default set.
  AddressGuard() = default;

  // `allow` holds addresses or CIDR prefixes ("127.0.0.0/8", "10.1.2.3", "fd00::/8") that are
  // let through although the default set refuses them. invalid_config names a bad one.
  static Result<AddressGuard> create(const std::vector<std::string>& allow);

  // Refuses nothing: for the link to the controller and for deliveries, which operators configure.
  static AddressGuard open();

  // `address` is numeric, without a port. Empty when allowed, else why not:
  // "169.254.169.254 is link-local (cloud metadata)". Text that is no address is refused.
  std::string refusal(std::string_view address) const;

 private:
  struct Prefix {
    std::string bytes;  // 16, IPv4 as ::ffff:a.b.c.d
    int bits;
  };
  bool allows(const char* bytes) const;  // 16 of them

  std::vector<Prefix> allow_;
  bool open_{false};
};

}  // namespace picket::http
