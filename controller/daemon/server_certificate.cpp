#include "controller/daemon/server_certificate.h"

#include <utility>

#include "common/core/log.h"

namespace picket::controller {
namespace {

constexpr Millis kLookEvery = hours{1};
constexpr Millis kRenewAt = hours{24 * 30};  // before its end

}  // namespace

Result<ServerCertificate::Issued> ServerCertificate::issue(std::vector<std::string> names) const {
  const auto made = authority_.issue_server(names, clock_.wall_now());
  if (!made) return fail(made.error());
  return Issued{
      {made->chain_pem, made->key_pem, authority_.ca_pem()}, std::move(names), made->not_after};
}

void ServerCertificate::shown(const Issued& issued) {
  names_ = issued.names;
  until_ = issued.until;
  if (on_shown) on_shown(until_);
}

Status ServerCertificate::show(Issued issued, Server& server) {
  if (Status set = server.set_tls(issued.tls); !set) return set;
  shown(issued);
  return {};
}

async::Task<void> ServerCertificate::renew(Server& server) {
  while (true) {
    co_await clock_.sleep_for(kLookEvery);
    if (until_ - clock_.wall_now() > kRenewAt) continue;
    auto issued = issue(names_);
    const Status done = issued ? show(std::move(*issued), server) : fail(issued.error());
    if (done)
      log::info("certificate for agents renewed", {{"until", render_rfc3339(until_)}});
    else
      log::error("certificate for agents not renewed", done.error());
  }
}

}  // namespace picket::controller
