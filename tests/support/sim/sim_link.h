// The network between agents and controller: serialized requests and responses with delay, loss,
// duplication, reordering and one-way partition. An HttpClient on the agent's node; the handler
// runs on the controller's.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "common/core/random.h"
#include "common/http/http_client.h"
#include "controller/server/handler.h"
#include "tests/support/sim/timeline.h"

namespace picket::sim {

struct LinkWeather {
  double loss{0};         // of each message, either way
  double duplication{0};  // of requests
  Millis delay_min{5};
  Millis delay_max{60};
  bool cut_up{false};    // agent -> controller
  bool cut_down{false};  // controller -> agent
};

// Where the controller is at present; replaced when it restarts, empty while it is down.
struct ControllerPort {
  std::shared_ptr<Node> node;
  controller::Handler handler;
};

class SimLink final : public http::HttpClient {
 public:
  SimLink(Timeline& timeline, Node& node, ControllerPort& port, Random random);

  LinkWeather weather;

  // Called when an agent hears that the controller has its results: region, request body.
  std::function<void(const std::string&, const std::string&)> on_acknowledged;

  async::Task<Result<http::Exchange>> exchange(http::Request request) override;

 private:
  struct Call;
  void send(const std::shared_ptr<Call>& call);
  void deliver(const std::shared_ptr<Call>& call);
  void answer(const std::shared_ptr<Call>& call, controller::ServerResponse response);
  // What a real listener learns of a verified client certificate.
  void present(const std::string& pem, controller::ServerRequest& request);
  void read_certificate(const std::string& pem);
  Millis delay() { return random_.between(weather.delay_min, weather.delay_max); }

  Timeline& timeline_;
  Node& node_;
  ControllerPort& port_;
  Random random_;
  std::string certificate_;  // the newest that was presented, and what it says
  AgentId peer_;
  std::string peer_serial_;
  std::shared_ptr<bool> alive_{std::make_shared<bool>(true)};
};

}  // namespace picket::sim
