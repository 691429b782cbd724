#include "tests/support/real_delivery.h"

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <stdexcept>
#include <utility>

#include "common/core/digest.h"
#include "common/http/curl_client.h"
#include "controller/deliver/route.h"

namespace picket::test {
namespace {

using controller::OutboxRow;

void rethrow(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

template <class T>
T need(Result<T> result) {
  if (!result) throw std::runtime_error(render(result.error()));
  return std::move(*result);
}

}  // namespace

RealDelivery::RealDelivery(std::vector<controller::Receiver> receivers)
    : receivers_(std::move(receivers)) {
  http::NetworkOptions options;
  options.guard = http::AddressGuard::open();
  network_ = need(http::Network::create(io_.get_executor(), clock_, std::move(options)));
  http_ = need(http::create_curl_client(io_.get_executor(), clock_, *network_, "picket/test"));
  mail_ = need(http::create_smtp_client(clock_, *network_));
  controller::StoreOptions memory;
  memory.path = ":memory:";
  store_ = need(controller::Store::open(memory));
  restart();
}

void RealDelivery::restart() {
  deliverer_.reset();
  controller::Deliverer::Ports ports{
      io_.get_executor(),
      clock_,
      *http_,
      [this](controller::WriteSet set) { return commit(std::move(set)); },
      [](const controller::DeliveryReport&) {},
      mail_.get()};
  deliverer_ = std::make_unique<controller::Deliverer>(
      std::move(ports), controller::DelivererOptions{}, Random{1}, receivers_);
  deliverer_->restore(need(store_->outbox_live()));
}

void RealDelivery::owe(const std::string& name, controller::OutboxAction action,
                       std::uint32_t ordinal, const std::string& receiver) {
  OutboxRow row;
  row.id = name + "/" + std::to_string(ordinal);
  row.incident = IncidentId{name};
  row.action = action;
  row.receiver = receiver;
  for (const auto& known : receivers_)
    if (known.name == receiver) row.route_json = controller::render_route(known);
  row.payload_json = payload;
  row.key = DedupKey{"picket:" + sha256_hex(name)};
  row.ordinal = ordinal;
  row.due = clock_.wall_now();
  row.next_attempt = row.due;
  controller::IncidentRow incident;
  incident.id = row.incident;
  incident.state =
      action == controller::OutboxAction::resolve ? IncidentState::resolved : IncidentState::open;
  incident.opened = row.due;
  controller::WriteSet set;
  set.outbox.push_back(row);
  set.incidents.push_back(std::move(incident));
  if (const Status done = store_->commit(set); !done)
    throw std::runtime_error(render(done.error()));
  deliverer_->add({row});
}

bool RealDelivery::settle(Millis limit, std::function<bool()> also) {
  boost::asio::co_spawn(io_, deliverer_->run(), rethrow);
  boost::asio::co_spawn(io_, stop_when_done(limit, std::move(also)), rethrow);
  io_.restart();
  io_.run();
  return need(store_->outbox_unfinished()).empty();
}

OutboxRow RealDelivery::row(const std::string& name, std::uint32_t ordinal) {
  for (const OutboxRow& found : need(store_->outbox_of_incident(IncidentId{name})))
    if (found.ordinal == ordinal) return found;
  throw std::runtime_error("no such row of " + name);
}

async::Task<Status> RealDelivery::commit(controller::WriteSet set) {
  co_return store_->commit(set);
}

async::Task<void> RealDelivery::stop_when_done(Millis limit, std::function<bool()> also) {
  const Deadline deadline = Deadline::after(clock_.now(), limit);
  const auto done = [&] {
    return deliverer_->owed().empty() && deliverer_->idle() && (!also || also());
  };
  while (!done() && !deadline.passed(clock_.now())) co_await clock_.sleep_for(Millis{20});
  co_await deliverer_->drain(deadline);
}

}  // namespace picket::test
