#include "controller/deliver/alertmanager_feed.h"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <iterator>
#include <utility>

#include "common/core/log.h"
#include "controller/deliver/alertmanager.h"
#include "controller/deliver/route.h"

namespace picket::controller {
namespace {

constexpr Millis kRenewEvery = Seconds{60};
constexpr std::size_t kAlertsPerRequest = 100;
// So far off, an alert could have ended before it began there.
constexpr Millis kSkewMatters = minutes{1};

// Which of several failures says most about what to do: one that may have been taken, then one
// that will pass, then those that a person must mend.
int rank_of(SendClass kind) {
  constexpr SendClass kRanked[] = {
      SendClass::accepted, SendClass::unknown,   SendClass::suspect,  SendClass::transient,
      SendClass::not_sent, SendClass::misrouted, SendClass::rejected, SendClass::misconfigured};
  return static_cast<int>(std::find(std::begin(kRanked), std::end(kRanked), kind) -
                          std::begin(kRanked));
}

SendResult summary_of(const std::vector<SendResult>& results) {
  SendResult summary = *std::min_element(
      results.begin(), results.end(),
      [](const SendResult& a, const SendResult& b) { return rank_of(a.kind) < rank_of(b.kind); });
  summary.error.clear();
  for (const SendResult& result : results) {
    if (result.error.empty()) continue;
    if (!summary.error.empty()) summary.error += "; ";
    summary.error += result.error;
  }
  return summary;
}

}  // namespace

AlertmanagerFeed::AlertmanagerFeed(Ports ports, const ReceiverDirectory& directory)
    : ports_(ports), directory_(directory) {}

void AlertmanagerFeed::learn(const OutboxRow& row) {
  if (!levels_.learn(row)) return;
  // A renewal under way may say what held before, after this: the next one follows at once.
  overtaken_ = overtaken_ || renewing_;
}

async::Task<SendResult> AlertmanagerFeed::tell(OutboxRow row, Receiver receiver) {
  SendResult none;
  none.kind = SendClass::misconfigured;
  none.error = "the receiver has no URL";
  if (instances_of(receiver).empty()) co_return none;
  async::Task<std::vector<SendResult>> all = tell_from(std::move(row), std::move(receiver), 0);
  const std::vector<SendResult> results = co_await std::move(all);
  co_return summary_of(results);
}

// The instances from `first` on, all at the same time.
async::Task<std::vector<SendResult>> AlertmanagerFeed::tell_from(OutboxRow row, Receiver receiver,
                                                                 std::size_t first) {
  using namespace boost::asio::experimental::awaitable_operators;
  const std::vector<std::string> instances = instances_of(receiver);
  async::Task<SendResult> one = tell_one(row, receiver, instances[first]);
  std::vector<SendResult> results;
  if (first + 1 == instances.size()) {
    results.push_back(co_await std::move(one));
    co_return results;
  }
  async::Task<std::vector<SendResult>> others = tell_from(row, receiver, first + 1);
  auto [mine, rest] = co_await (std::move(one) && std::move(others));
  results = std::move(rest);
  results.insert(results.begin(), std::move(mine));
  co_return results;
}

async::Task<SendResult> AlertmanagerFeed::tell_one(OutboxRow row, Receiver receiver,
                                                   std::string instance) {
  const Place place{receiver.name, instance};
  AlertLevel level{row, std::nullopt};
  if (row.action == OutboxAction::resolve) level.resolved = row.due;
  SendResult result;
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Millis assumed = skew_at(place);
    nlohmann::json alerts = nlohmann::json::array();
    alerts.push_back(make_alert(row, ends_at(level, place)));
    async::Task<SendResult> posted = post(receiver, instance, std::move(alerts));
    result = co_await std::move(posted);
    if (std::chrono::abs(skew_at(place) - assumed) < kSkewMatters) break;
  }
  if (!result.error.empty()) result.error = instance + ": " + result.error;
  co_return result;
}

async::Task<SendResult> AlertmanagerFeed::post(Receiver receiver, std::string instance,
                                               nlohmann::json alerts) {
  AlertmanagerView& view = views_[{receiver.name, instance}];  // nothing is ever erased
  view.receiver = receiver.name;
  view.instance = instance;
  const WallTime sent = ports_.clock.wall_now();
  async::Task<Result<http::Exchange>> exchange =
      ports_.http.exchange(make_alertmanager_request(instance, receiver, alerts));
  const Result<http::Exchange> ended = co_await std::move(exchange);
  ++view.requests;
  SendResult result;
  if (ended) {
    result = classify_alertmanager(*ended, receiver);
    view.skew = skew_of(*ended, sent, ports_.clock.wall_now()).value_or(view.skew);
  } else {
    result.kind = SendClass::not_sent;
    result.error = render(ended.error());
  }
  const bool taken = result.kind == SendClass::accepted;
  if (view.up && !taken)
    log::write(log::Level::warn, "an instance of Alertmanager does not take alerts",
               {{"receiver", receiver.name}, {"instance", instance}, {"error", result.error}});
  view.up = taken;
  if (!taken) ++view.failures;
  co_return result;
}

Millis AlertmanagerFeed::skew_at(const Place& place) const {
  const auto found = views_.find(place);
  return found == views_.end() ? Millis{0} : found->second.skew;
}

WallTime AlertmanagerFeed::ends_at(const AlertLevel& level, const Place& place) const {
  const WallTime now = ports_.clock.wall_now();
  // What ended by a clock that is ahead has ended by now.
  const WallTime end = level.resolved ? std::min(*level.resolved, now) : now + kAlertHolds;
  return end + skew_at(place);
}

async::Task<void> AlertmanagerFeed::renew_at(Receiver receiver, std::string instance,
                                             std::vector<AlertLevel> levels) {
  const Place place{receiver.name, instance};
  for (std::size_t first = 0; first < levels.size(); first += kAlertsPerRequest) {
    const std::size_t last = std::min(levels.size(), first + kAlertsPerRequest);
    nlohmann::json alerts = nlohmann::json::array();
    for (std::size_t i = first; i < last; ++i)
      alerts.push_back(make_alert(levels[i].row, ends_at(levels[i], place)));
    async::Task<SendResult> posted = post(receiver, instance, std::move(alerts));
    // A 400 may be partial: what was taken stays taken, and the rest waits for the next minute.
    const SendResult result = co_await std::move(posted);
    const bool reached = result.kind == SendClass::accepted || result.kind == SendClass::rejected;
    if (!reached) break;
  }
  views_[place].alerts = levels.size();
}

// Whoever was told goes on hearing of it, also when its name is that of a receiver of another kind
// now. Levels of one name went the same way.
std::optional<Receiver> AlertmanagerFeed::settings_of(const std::string& name,
                                                      const std::vector<AlertLevel>& levels) const {
  const Receiver* known = directory_.find_known(name);
  if (known != nullptr && known->kind == ReceiverKind::alertmanager) return *known;
  const auto route = parse_route(levels.front().row.route_json);
  return route ? directory_.settings(*route) : std::nullopt;
}

async::Task<void> AlertmanagerFeed::renew() {
  renewing_ = true;
  overtaken_ = false;
  auto levels = levels_.at(ports_.clock.wall_now());
  for (auto& [place, view] : views_) view.alerts = 0;
  for (auto& [name, of_receiver] : levels) {
    const auto receiver = settings_of(name, of_receiver);  // the directory may change meanwhile
    if (!receiver) continue;
    for (const std::string& instance : instances_of(*receiver)) {
      async::Task<void> renewed = renew_at(*receiver, instance, of_receiver);
      co_await std::move(renewed);
    }
  }
  renewing_ = false;
}

async::Task<void> AlertmanagerFeed::run() {
  while (true) {
    async::Task<void> renewed = renew();
    co_await std::move(renewed);
    if (overtaken_) continue;
    co_await ports_.clock.sleep_for(kRenewEvery);
  }
}

std::vector<AlertmanagerView> AlertmanagerFeed::views() const {
  std::vector<AlertmanagerView> out;
  for (const auto& [place, view] : views_)
    if (directory_.find(place.first) != nullptr) out.push_back(view);
  return out;
}

}  // namespace picket::controller
