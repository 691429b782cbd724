// A deliverer over the real HTTP and mail clients, with its store in memory: for tests against real
// channels. Owned by a test; one thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/http/network.h"
#include "controller/deliver/deliverer.h"
#include "controller/store/store.h"

namespace picket::test {

class RealDelivery {
 public:
  explicit RealDelivery(std::vector<controller::Receiver> receivers);

  // Commits a row of the episode `name` and tells the deliverer.
  void owe(const std::string& name, controller::OutboxAction action, std::uint32_t ordinal,
           const std::string& receiver);

  // Runs the deliverer until everything owed is accepted and `also` holds, at most `limit`; then it
  // is stopped. False: something is still owed.
  bool settle(Millis limit, std::function<bool()> also = {});

  // Another deliverer on the same store: a restart. Only after settle().
  void restart();

  async::Clock& clock() { return clock_; }
  http::SmtpClient& mail() { return *mail_; }
  boost::asio::io_context& io() { return io_; }
  controller::Deliverer& deliverer() { return *deliverer_; }
  controller::OutboxRow row(const std::string& name, std::uint32_t ordinal);

  std::string payload;  // of the rows that are owed next

 private:
  async::Task<Status> commit(controller::WriteSet set);
  async::Task<void> stop_when_done(Millis limit, std::function<bool()> also);

  boost::asio::io_context io_{1};
  async::RealClock clock_{io_.get_executor()};
  std::unique_ptr<http::Network> network_;
  std::unique_ptr<http::HttpClient> http_;
  std::unique_ptr<http::SmtpClient> mail_;
  std::unique_ptr<controller::Store> store_;
  std::vector<controller::Receiver> receivers_;
  std::unique_ptr<controller::Deliverer> deliverer_;
};

}  // namespace picket::test
