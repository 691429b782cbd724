// The certificate that agents are shown: of the controller's own authority, issued at the start, at
// a reload, and again a month before it ends. Owned by app; one executor.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/async/clock.h"
#include "controller/registry/certificate_authority.h"
#include "controller/server/server.h"

namespace picket::controller {

class ServerCertificate {
 public:
  struct Issued {
    TlsListenerOptions tls;
    std::vector<std::string> names;
    WallTime until;
  };
  ServerCertificate(CertificateAuthority& authority, async::Clock& clock)
      : authority_(authority), clock_(clock) {}

  // One with a fresh key; nothing shows it yet. Errors: the authority's.
  Result<Issued> issue(std::vector<std::string> names) const;

  // The server shows it from now on. Errors: the server's; it shows what it has shown then.
  Status show(Issued issued, Server& server);

  // What the server was created with.
  void shown(const Issued& issued);

  // Issues and shows another one when 30 of its 90 days are left; looks every hour until cancelled.
  async::Task<void> renew(Server& server);

  std::function<void(WallTime until)> on_shown;

 private:
  CertificateAuthority& authority_;
  async::Clock& clock_;
  std::vector<std::string> names_;
  WallTime until_;
};

}  // namespace picket::controller
