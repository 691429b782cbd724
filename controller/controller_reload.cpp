// A new configuration while the controller runs: judged whole, then in force in one turn, so that
// every page is made, sent and confirmed by one configuration.
#include <fmt/format.h>

#include <utility>

#include "common/core/log.h"
#include "controller/controller.h"

namespace picket::controller {
namespace {

std::size_t total(const std::map<std::string, std::size_t>& rows) {
  std::size_t sum = 0;
  for (const auto& [receiver, count] : rows) sum += count;
  return sum;
}

}  // namespace

async::Task<Status> Controller::reconfigure(ControllerSettings next, Reloader::Load load) {
  Reloader::Exchange exchange;
  exchange.load = std::move(load);
  exchange.judge = [this, &next](const ActiveChecks& checks) {
    return judge_checks(checks, settings_.receivers, next.receivers);
  };
  exchange.apply = [this, &next] { put_in_force(std::move(next)); };
  async::Task<Status> exchanging = reloader_.exchange(std::move(exchange));
  Status done = co_await std::move(exchanging);
  if (done)
    reloads_.succeeded(ports_.clock.wall_now());
  else
    reloads_.failed();
  co_return done;
}

// No wait stands in here: what is told, sent or judged is so before or after, never between.
void Controller::put_in_force(ControllerSettings next) {
  std::vector<std::string> gone;
  const std::set<std::string> stay = receiver_names(next.receivers);
  for (const Receiver& receiver : settings_.receivers)
    if (stay.count(receiver.name) == 0) {
      gone.push_back(receiver.name);
      gone_webhook_secrets_[receiver.name] = receiver.webhook_secrets;
    }
  for (const std::string& name : stay) gone_webhook_secrets_.erase(name);
  Routes routes = make_routes(next, turn_.book().settings().routes);
  test_deliveries_.reconfigure(next.receivers, routes);
  change_with(settings_, std::move(next));
  turn_.set_routes(std::move(routes), settings_.after_manual_resolve);
  webhooks_.set_secrets(webhook_secrets_of(settings_.receivers));
  deliverer_.set_receivers(all_receivers(settings_));
  health_.reconfigure(settings_.health, settings_.dead_man);
  feed_.mark(EventFeed::everything);
  if (gone.empty()) return;
  log::write(log::Level::warn,
             "receivers are gone: until a restart they are sent what they are owed, and the end of "
             "what they were told",
             {{"receivers", fmt::format("{}", fmt::join(gone, ", "))},
              {"messages_owed", static_cast<std::int64_t>(total(deliverer_.owed_to_gone()))}});
}

std::vector<std::string> Controller::warnings() const {
  std::vector<std::string> out = health_.warnings();
  if (!reloads_.good())
    out.emplace_back("configuration: the newest one is wrong and not in force: the log says why");
  for (const auto& [receiver, rows] : deliverer_.owed_to_gone())
    out.push_back(fmt::format("{} messages are owed to {}, which is not in the configuration", rows,
                              receiver));
  return out;
}

void Controller::add_reloads(GaugeText& gauges) {
  gauges.add("picket_config_reload_success", "1 while the newest configuration is in force",
             reloads_.good() ? 1 : 0);
  gauges.add("picket_config_last_reload_success_timestamp_seconds",
             "Unix time at which a configuration last came into force, by a start or a reload",
             static_cast<double>(reloads_.last_success().unix_ms()) / 1000);
  const auto add = [&gauges](const char* result, std::uint64_t count) {
    gauges.add("picket_config_reloads_total", "Reloads of the configuration since start",
               static_cast<double>(count), {{"result", result}});
  };
  add("success", reloads_.successes());
  add("failure", reloads_.failures());
  gauges.add("picket_pages_owed_to_gone",
             "Messages owed to receivers that are not in the configuration",
             static_cast<double>(total(deliverer_.owed_to_gone())));
}

}  // namespace picket::controller
