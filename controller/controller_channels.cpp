// How channels and the rest of the controller meet: what PagerDuty's webhooks do, what delivery
// reports are told to, and the metrics of receivers.
#include "common/core/text.h"
#include "controller/controller.h"

namespace picket::controller {

// The one place that says what a person's act in PagerDuty does here.
void Controller::connect_channels() {
  webhooks_.on_acknowledged = [this](const DedupKey& key, const std::string& by) {
    return turn_.acknowledged_outside(key.value, by);
  };
  webhooks_.on_resolved = [this](const DedupKey& key, const std::string& by) {
    return turn_.resolved_outside(key.value, by);
  };
  webhooks_.on_closed = [this](const DedupKey& key, const std::string& by) {
    return turn_.closed_outside(key.value, by);
  };
  webhooks_.on_noted = [this](const DedupKey& key, const std::string& by, const std::string& text) {
    return turn_.noted_outside(key.value, by, text);
  };
  webhooks_.on_triggered = [this](const DedupKey& key, const std::string& provider_id) {
    deliverer_.confirm(key, provider_id);
    return Status{};
  };
  webhooks_.on_received = [this](DeliveryLogRow row) {
    turn_.staged().delivery_log.push_back(std::move(row));
  };
  webhooks_.secrets_of_gone = [this] {
    std::vector<std::string> secrets;
    for (const auto& [receiver, of_receiver] : gone_webhook_secrets_)
      if (turn_.book().has_told(receiver))
        secrets.insert(secrets.end(), of_receiver.begin(), of_receiver.end());
    return secrets;
  };
  webhooks_.settle = [this]() -> async::Task<Status> { return turn_.commit_rows({}); };
}

void Controller::observe_delivery(const DeliveryReport& report) {
  test_deliveries_.observe(report);
}

void Controller::add_channels(GaugeText& gauges) {
  const auto add = [&gauges](const char* name, const char* help, std::uint64_t value) {
    gauges.add(name, help, static_cast<double>(value));
  };
  const ConfirmationCounters& confirmations = deliverer_.confirmations();
  add("picket_pages_confirmed", "Messages that PagerDuty's REST API showed, since start",
      confirmations.confirmed);
  add("picket_pages_unconfirmed", "Messages accepted by PagerDuty without effect, since start",
      confirmations.unconfirmed);
  add("picket_pages_unconfirmed_waiting", "Messages accepted by PagerDuty and not looked up yet",
      deliverer_.unconfirmed_yet());
  add("picket_confirmation_lookups", "Questions to PagerDuty's REST API since start",
      confirmations.lookups);
  add("picket_confirmation_failures", "Questions without an answer of PagerDuty's since start",
      confirmations.failed);
  add("picket_confirmation_unanswered", "Messages whose confirmation was given up since start",
      confirmations.unanswered);
  const WebhookCounters& webhooks = webhooks_.counters();
  add("picket_webhooks_received", "Webhooks of PagerDuty with a good signature since start",
      webhooks.received);
  add("picket_webhooks_refused", "Webhooks without a good signature since start", webhooks.refused);
  add("picket_webhooks_duplicates", "Webhooks that were known since start", webhooks.duplicates);
  add("picket_webhooks_ignored", "Webhooks of an unknown incident or type since start",
      webhooks.ignored);
  for (const auto& [name, health] : test_deliveries_.health().all()) {
    const GaugeText::Labels labels{{"receiver", name}};
    if (health.last_success)
      gauges.add("picket_receiver_last_success_timestamp_seconds",
                 "When the receiver last took a message",
                 static_cast<double>(health.last_success->unix_ms()) / 1000, labels);
    if (health.last_failure)
      gauges.add("picket_receiver_last_failure_timestamp_seconds",
                 "When a message to the receiver was last refused or given up",
                 static_cast<double>(health.last_failure->unix_ms()) / 1000, labels);
    if (health.test_ok)
      gauges.add("picket_receiver_test_ok",
                 "1 when the receiver took its last test, and nothing shows that it was lost",
                 *health.test_ok ? 1 : 0, labels);
  }
}

}  // namespace picket::controller
