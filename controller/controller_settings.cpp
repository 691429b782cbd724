#include "controller/controller_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "controller/deliver/route.h"

namespace picket::controller {
namespace {

constexpr std::size_t kNamedMost = 20;

std::set<std::string> receivers_of(const Check& check) {
  std::set<std::string> names{check.notify.begin(), check.notify.end()};
  for (const Alert& alert : check.alerts) names.insert(alert.notify.begin(), alert.notify.end());
  return names;
}

}  // namespace

void change_with(ControllerSettings& settings, ControllerSettings next) {
  settings.receivers = std::move(next.receivers);
  settings.default_receiver = std::move(next.default_receiver);
  settings.fleet_receivers = std::move(next.fleet_receivers);
  settings.route_rules = std::move(next.route_rules);
  settings.retention = next.retention;
  settings.after_manual_resolve = next.after_manual_resolve;
  settings.health = next.health;
  settings.dead_man = std::move(next.dead_man);
}

Routes make_routes(const ControllerSettings& settings, const Routes& before) {
  Routes routes;
  for (const Receiver& receiver : settings.receivers)
    routes.receivers[receiver.name] = render_route(receiver);
  for (const Receiver& receiver : settings.receivers)
    if (!receiver.escalate_to.empty())
      routes.escalations[receiver.name] = {receiver.escalate_after, receiver.escalate_to};
  for (const auto& [name, escalation] : before.escalations) {
    if (routes.receivers.count(name) != 0) continue;
    routes.escalations[name] = escalation;
    if (routes.receivers.count(escalation.to) != 0) continue;
    for (const auto* known : {&before.receivers, &before.gone})
      if (const auto found = known->find(escalation.to); found != known->end())
        routes.gone[found->first] = found->second;
  }
  routes.default_receiver = settings.default_receiver;
  routes.fleet = settings.fleet_receivers;
  routes.rules = settings.route_rules;
  for (const Receiver& receiver : settings.receivers)
    if (receiver.change_events) routes.change_receivers.push_back(receiver.name);
  return routes;
}

std::vector<Receiver> all_receivers(const ControllerSettings& settings) {
  std::vector<Receiver> receivers = settings.receivers;
  if (settings.dead_man.configured()) receivers.push_back(settings.dead_man.receiver);
  return receivers;
}

std::vector<std::string> webhook_secrets_of(const std::vector<Receiver>& receivers) {
  std::vector<std::string> secrets;
  for (const Receiver& receiver : receivers)
    secrets.insert(secrets.end(), receiver.webhook_secrets.begin(), receiver.webhook_secrets.end());
  return secrets;
}

Status judge_checks(const ActiveChecks& checks, const std::vector<Receiver>& now,
                    const std::vector<Receiver>& next) {
  const std::set<std::string> present = receiver_names(now);
  const std::set<std::string> stay = receiver_names(next);
  std::vector<std::string> mistakes;
  for (const auto& [name, active] : checks)
    for (const std::string& receiver : receivers_of(active.check))
      if (present.count(receiver) != 0 && stay.count(receiver) == 0)
        mistakes.push_back(fmt::format("check {} names {}", name.value, receiver));
  if (mistakes.empty()) return {};
  const std::size_t more = mistakes.size() - std::min(mistakes.size(), kNamedMost);
  mistakes.resize(mistakes.size() - more);
  return fail(ErrorCode::invalid_config,
              fmt::format("receivers are gone that checks name: {}{}", fmt::join(mistakes, "; "),
                          more == 0 ? "" : fmt::format("; and {} more", more)),
              "change `notify` of the checks first, or in the same reload");
}

}  // namespace picket::controller
