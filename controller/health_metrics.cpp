// The metrics of the controller's own health and of the dead-man, as the last look found them.
#include <algorithm>
#include <chrono>

#include "controller/health_watch.h"

namespace picket::controller {
namespace {

double seconds(Millis span) { return std::chrono::duration<double>(span).count(); }

double unix_seconds(WallTime at) { return static_cast<double>(at.unix_ms()) / 1000; }

void add_agents(const HealthSample& sample, GaugeText& gauges) {
  for (const auto& [agent, until] : sample.agents_until)
    gauges.add("picket_agent_certificate_expiry", "Unix time at which the agent's certificate ends",
               unix_seconds(until), {{"region", agent.region.value}, {"agent", agent.name}});
  for (const auto& [agent, offset] : sample.clocks)
    gauges.add("picket_agent_clock_offset_seconds", "The agent's clock ahead of the controller's",
               seconds(offset), {{"region", agent.region.value}, {"agent", agent.name}});
  gauges.add("picket_agents_behind", "Agents that run old definitions",
             static_cast<double>(sample.behind.size()));
}

}  // namespace

void HealthWatch::add_metrics(GaugeText& gauges) const {
  const auto set = [&gauges](const char* name, const char* help, double value) {
    gauges.add(name, help, value);
  };
  for (const auto& [cause, open] : judge_.open())
    gauges.add("picket_health_open", "1 while the controller's own health has this incident", 1,
               {{"cause", cause}, {"severity", std::string{to_string(open.severity)}}});
  if (newest_.disk) {
    set("picket_disk_free_bytes", "Free on the file system of state_dir",
        static_cast<double>(newest_.disk->free_bytes));
    set("picket_disk_size_bytes", "Size of the file system of state_dir",
        static_cast<double>(newest_.disk->size_bytes));
  }
  if (newest_.authority_until)
    set("picket_ca_certificate_expiry", "Unix time at which the CA's certificate ends",
        unix_seconds(*newest_.authority_until));
  if (newest_.server_until)
    set("picket_server_certificate_expiry", "Unix time at which the certificate for agents ends",
        unix_seconds(*newest_.server_until));
  add_agents(newest_, gauges);
  set("picket_schedule_late_runs", "Scheduled runs of the last 15 min that started late",
      static_cast<double>(newest_.lateness.late));
  set("picket_schedule_missed_slots", "Slots of the last 15 min for which agents had no time",
      static_cast<double>(newest_.lateness.missed));
  set("picket_schedule_lateness_max_seconds", "Latest start of the last 15 min after its due time",
      seconds(newest_.lateness.max));
  set("picket_delivery_oldest_seconds", "Age of the oldest page that its receiver has not taken",
      seconds(newest_.delivery.oldest));
  set("picket_delivery_nobody_seconds", "Age of the oldest page that nobody has taken",
      seconds(newest_.delivery.nobody));
  if (facts.refused)
    for (const auto& [listener, count] : facts.refused())
      gauges.add("picket_connections_refused_total",
                 "Connections closed because there were too many, since start",
                 static_cast<double>(count), {{"listener", listener}});
  set("picket_events_waiting", "Events that wait for a commit",
      static_cast<double>(ports_.turn.events_waiting()));
  if (!dead_man_.configured()) return;
  set("picket_dead_man_ok", "1 while the whole chain works and beats go out",
      verdict_.broken == DeadManLink::none ? 1 : 0);
  set("picket_dead_man_last_success_timestamp_seconds", "Unix time of the last beat taken, 0: none",
      last_success_ ? unix_seconds(*last_success_) : 0);
  set("picket_dead_man_failures_total", "Beats that were not taken in time, since start",
      static_cast<double>(beats_failed_));
  set("picket_dead_man_withheld_total", "Looks at which a due beat was held back, since start",
      static_cast<double>(beats_withheld_));
  if (verdict_.broken != DeadManLink::none)
    gauges.add("picket_dead_man_broken", "1: the link of the chain that holds beats back", 1,
               {{"link", std::string{to_string(verdict_.broken)}}});
}

}  // namespace picket::controller
