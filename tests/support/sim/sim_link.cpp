#include "tests/support/sim/sim_link.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "common/async/notice.h"
#include "common/async/with_deadline.h"
#include "common/core/text.h"
#include "controller/server/target.h"

namespace picket::sim {

struct SimLink::Call {
  explicit Call(async::Executor executor) : answered(std::move(executor)) {}
  controller::ServerRequest request;
  std::optional<controller::ServerResponse> response;
  bool refused{false};
  async::Notice answered;
};

namespace {

controller::ServerRequest make_request(const http::Request& request) {
  controller::ServerRequest out;
  out.method = request.method;
  const auto path_at = request.url.find('/', request.url.find("//") + 2);
  auto target = controller::parse_target(std::string_view{request.url}.substr(path_at));
  out.path = target->path;
  out.query = target->query;
  out.headers = request.headers;
  out.body = request.body;
  return out;
}

std::string entry(X509_NAME* name, int nid) {
  char text[128] = {};
  X509_NAME_get_text_by_NID(name, nid, text, sizeof text);
  return text;
}

}  // namespace

void SimLink::read_certificate(const std::string& pem) {
  certificate_ = pem;
  peer_ = {};
  peer_serial_.clear();
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  if (certificate == nullptr) return;
  X509_NAME* subject = X509_get_subject_name(certificate);
  peer_ = AgentId{RegionName{entry(subject, NID_organizationName)}, entry(subject, NID_commonName)};
  BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr);
  char* hex = BN_bn2hex(number);
  peer_serial_ = to_lower_ascii(hex);
  OPENSSL_free(hex);
  BN_free(number);
  X509_free(certificate);
}

// Read once: with each request it would be most of what a simulation costs.
void SimLink::present(const std::string& pem, controller::ServerRequest& request) {
  if (pem.empty()) return;
  if (pem != certificate_) read_certificate(pem);
  if (peer_serial_.empty()) return;
  request.peer = peer_;
  request.peer_serial = peer_serial_;
}

SimLink::SimLink(Timeline& timeline, Node& node, ControllerPort& port, Random random)
    : timeline_(timeline), node_(node), port_(port), random_(random) {}

async::Task<Result<http::Exchange>> SimLink::exchange(http::Request request) {
  auto call = std::make_shared<Call>(node_.executor());
  call->request = make_request(request);
  present(request.tls.certificate_pem, call->request);
  send(call);
  if (random_.chance(weather.duplication)) send(call);

  const Deadline deadline = Deadline::after(node_.clock().now(), request.timeout);
  const auto wait = [](std::shared_ptr<Call> c) -> async::Task<bool> {
    while (!c->response && !c->refused) co_await c->answered.wait();
    co_return true;
  };
  async::Task<bool> waiting = wait(call);
  co_await async::with_deadline(node_.clock(), deadline, std::move(waiting));

  http::Exchange exchange;
  exchange.request_written = !call->refused;
  if (call->response) {
    exchange.status = call->response->status;
    exchange.body = call->response->body;
    exchange.headers = call->response->headers;
    exchange.headers.emplace_back("content-type", call->response->content_type);
    exchange.http_version = "1.1";
    const bool results = call->request.path == "/agent/v1/results";
    if (results && exchange.status == 200 && on_acknowledged)
      on_acknowledged(call->request.peer->region.value, call->request.body);
  } else {
    exchange.failure = Failure{call->refused ? FailureKind::connect_refused : FailureKind::timeout,
                               "simulated network",
                               {}};
  }
  co_return exchange;
}

void SimLink::send(const std::shared_ptr<Call>& call) {
  if (weather.cut_up || random_.chance(weather.loss)) return;
  timeline_.after(delay(), [this, call, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) deliver(call);
  });
}

void SimLink::deliver(const std::shared_ptr<Call>& call) {
  if (!port_.handler) {
    call->refused = true;
    call->answered.notify_all();
    return;
  }
  // The handler lives on the controller's node and dies with it; the answer comes back by post.
  const auto run = [](controller::Handler handler, controller::ServerRequest request,
                      std::function<void(controller::ServerResponse)> done) -> async::Task<void> {
    controller::ServerResponse response = co_await handler(std::move(request));
    done(std::move(response));
  };
  const auto done = [this, call,
                     alive = std::weak_ptr<bool>(alive_)](controller::ServerResponse response) {
    if (!alive.expired()) answer(call, std::move(response));
  };
  boost::asio::co_spawn(port_.node->executor(), run(port_.handler, call->request, done),
                        boost::asio::detached);
}

void SimLink::answer(const std::shared_ptr<Call>& call, controller::ServerResponse response) {
  if (weather.cut_down || random_.chance(weather.loss)) return;
  timeline_.after(delay(), [call, response = std::move(response),
                            alive = std::weak_ptr<bool>(alive_)]() mutable {
    if (alive.expired()) return;
    call->response = std::move(response);
    call->answered.notify_all();
  });
}

}  // namespace picket::sim
