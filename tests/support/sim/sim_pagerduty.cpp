#include "tests/support/sim/sim_pagerduty.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "common/core/text.h"

namespace picket::sim {
namespace {

using nlohmann::json;
using Kind = PagerFault::Kind;

std::string host_of(const std::string& url) {
  const auto begin = url.find("://") + 3;
  return url.substr(begin, url.find('/', begin) - begin);
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

bool has_control(const std::string& text) { return clean_line(text) != text; }

// The first thing that PagerDuty would refuse, or that breaks our own contract with it.
std::string payload_error(const json& event) {
  const json payload = event.value("payload", json{});
  if (!payload.is_object()) return "payload is missing";
  const std::string summary = text_of(payload, "summary");
  if (summary.empty()) return "payload.summary is missing";
  if (cut_utf16(summary, 1024) != summary) return "payload.summary is too long";
  if (has_control(summary)) return "payload.summary has control characters";
  if (text_of(payload, "source").empty()) return "payload.source is missing";
  if (!parse_rfc3339(text_of(payload, "timestamp"))) return "payload.timestamp is not ISO 8601";
  const std::string severity = text_of(payload, "severity");
  if (severity != "critical" && severity != "error" && severity != "warning" && severity != "info")
    return "payload.severity is unknown";
  for (const json& link : event.value("links", json::array()))
    if (text_of(link, "href").substr(0, 8) != "https://") return "a link is not https";
  return {};
}

std::string contract_error(const json& event, const http::Request& request) {
  if (!event.is_object()) return "the body is no JSON object";
  if (request.body.size() > 16 * 1024) return "the body has more than 16 KiB";
  const std::string key = text_of(event, "routing_key");
  if (key.size() != 32) return "routing_key has not 32 characters";
  if (request.url.find(key) != std::string::npos) return "the routing key stands in the URL";
  for (const auto& [name, value] : request.headers)
    if (value.find(key) != std::string::npos) return "the routing key stands in a header";
  const std::string dedup = text_of(event, "dedup_key");
  if (dedup.empty() || dedup.size() > 255) return "dedup_key is missing or too long";
  const std::string action = text_of(event, "event_action");
  if (action == "trigger") return payload_error(event);
  return action == "acknowledge" || action == "resolve" ? "" : "event_action is unknown";
}

http::Exchange failed(FailureKind kind, bool written) {
  http::Exchange exchange;
  exchange.failure = Failure{kind, std::string{to_string(kind)}, {}};
  exchange.request_written = written;
  return exchange;
}

http::Exchange answer(int status, std::string body, std::string type = "application/json") {
  http::Exchange exchange;
  exchange.request_written = true;
  exchange.status = status;
  exchange.headers = {{"Content-Type", std::move(type)}};
  exchange.body = std::move(body);
  return exchange;
}

http::Exchange success(const std::string& dedup_key) {
  const json body{{"status", "success"}, {"message", "Event processed"}, {"dedup_key", dedup_key}};
  return answer(202, body.dump());
}

http::Exchange refusal(const PagerFault& fault) {
  if (fault.kind == Kind::captive_portal) return answer(200, "<html>Sign in</html>", "text/html");
  if (fault.kind == Kind::redirect) return answer(302, "");
  if (fault.kind == Kind::error) return answer(fault.status, R"({"status":"error"})");
  if (fault.kind == Kind::wrong_key) return success("another-key");
  http::Exchange exchange = answer(429, R"({"status":"throttle exceeded"})");
  exchange.headers.emplace_back("Retry-After", std::to_string(fault.seconds));
  return exchange;
}

}  // namespace

void SimPagerDuty::script(const std::string& host, PagerFault fault, int count) {
  scripts_[host].push_back({fault, count});
}

PagerFault SimPagerDuty::next_fault(const std::string& host) {
  auto& queue = scripts_[host];
  if (queue.empty()) return weather ? weather(host) : PagerFault{};
  Script& script = queue.front();
  const PagerFault fault = script.fault;
  if (script.left > 0 && --script.left == 0) queue.pop_front();
  return fault;
}

async::Task<Result<http::Exchange>> SimPagerDuty::exchange(http::Request request) {
  ++requests_;
  const std::string host = host_of(request.url);
  const PagerFault fault = next_fault(host);
  if (fault.kind == Kind::refused) co_return failed(FailureKind::connect_refused, false);
  if (fault.kind == Kind::connect_timeout) {
    co_await pause(request.connect_timeout);
    co_return failed(FailureKind::connect_timeout, false);
  }
  co_await pause(latency_);
  settle();
  Event event = read_event(host, request);
  if (fault.kind == Kind::accept_late)
    late_.emplace(clock_->wall_now() + Seconds{fault.seconds}, event);
  if (fault.kind == Kind::accept_then_hang && event.effect.empty()) take(event);
  if (fault.kind == Kind::hang || fault.kind == Kind::accept_late ||
      fault.kind == Kind::accept_then_hang) {
    co_await pause(request.timeout - latency_);
    co_return failed(FailureKind::timeout, true);
  }
  const bool too_long = event.summary.size() > fault.limit;
  if (!event.effect.empty() || (fault.kind == Kind::summary_limit && too_long)) {
    if (event.effect.empty()) event.effect = "summary over the limit";
    events_.push_back(event);
    co_return answer(400, R"({"status":"invalid event"})");
  }
  if (fault.kind != Kind::none && fault.kind != Kind::summary_limit) {
    event.effect = "fault";
    events_.push_back(event);
    co_return refusal(fault);
  }
  take(event);
  co_return event.routing_key.empty() ? answer(200, "ok", "text/plain") : success(event.dedup_key);
}

// A request that breaks the contract has its reason as its effect.
SimPagerDuty::Event SimPagerDuty::read_event(const std::string& host,
                                             const http::Request& request) {
  Event event;
  event.at = clock_->wall_now();
  event.host = host;
  const json body = json::parse(request.body, nullptr, false);
  if (const auto id = http::find_header(request.headers, "webhook-id")) {
    const json data = body.is_object() ? body.value("data", json::object()) : json::object();
    event.message = *id;
    event.action = text_of(body, "type");
    event.dedup_key = text_of(data, "dedup_key");
    event.summary = text_of(data, "summary");
    event.ordinal = data.value("ordinal", -1);
    if (event.dedup_key.empty()) event.effect = "a webhook without data";
  } else {
    event.effect = contract_error(body, request);
    event.routing_key = text_of(body, "routing_key");
    event.action = text_of(body, "event_action");
    event.dedup_key = text_of(body, "dedup_key");
    event.summary = text_of(body.value("payload", json::object()), "summary");
  }
  if (!event.effect.empty()) violations_.push_back(event.effect);
  check_rate(event);
  return event;
}

void SimPagerDuty::check_rate(const Event& event) {
  auto& recent = recent_[event.host + " " + event.routing_key];
  while (!recent.empty() && recent.front() + Seconds{60} <= event.at) recent.pop_front();
  recent.push_back(event.at);
  if (recent.size() > 100)
    violations_.push_back(fmt::format("{} events within a minute", recent.size()));
}

void SimPagerDuty::take(Event event) {
  event.at = clock_->wall_now();
  event.taken = true;
  event.effect = event.routing_key.empty() ? "received" : apply(event);
  events_.push_back(std::move(event));
}

std::string SimPagerDuty::apply(const Event& event) {
  const Key key{event.host + " " + event.routing_key, event.dedup_key};
  const auto open = open_.find(key);
  if (open == open_.end()) {
    if (event.action != "trigger") return "dropped";
    open_[key] = incidents_.size();
    incidents_.push_back({event.host, event.routing_key, event.dedup_key, event.summary,
                          "triggered", clock_->wall_now(), std::nullopt});
    return "opened";
  }
  Incident& incident = incidents_[open->second];
  if (event.action == "trigger") return "logged";
  incident.status = event.action == "resolve" ? "resolved" : "acknowledged";
  if (event.action == "resolve") {
    incident.resolved = clock_->wall_now();
    open_.erase(open);
  }
  return incident.status;
}

void SimPagerDuty::resolve_by_hand(const std::string& dedup_key) {
  for (auto open = open_.begin(); open != open_.end();) {
    if (open->first.second != dedup_key) {
      ++open;
      continue;
    }
    incidents_[open->second].status = "resolved";
    incidents_[open->second].resolved = clock_->wall_now();
    open = open_.erase(open);
  }
}

void SimPagerDuty::settle() {
  while (!late_.empty() && late_.begin()->first <= clock_->wall_now()) {
    Event event = late_.begin()->second;
    late_.erase(late_.begin());
    take(std::move(event));
  }
}

std::vector<SimPagerDuty::Incident> SimPagerDuty::open() const {
  std::vector<Incident> found;
  for (const Incident& incident : incidents_)
    if (incident.status != "resolved") found.push_back(incident);
  return found;
}

}  // namespace picket::sim
