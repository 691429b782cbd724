// A client on its own io_context for one test. exchange() returns only when run() does: that no
// work is left over is part of every test.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/async/task_group.h"
#include "common/http/curl_client.h"

namespace picket::test {

inline http::AddressGuard loopback_guard() {
  return *http::AddressGuard::create({"127.0.0.0/8", "::1"});
}

class ClientFixture {
 public:
  explicit ClientFixture(http::CurlClientOptions options = {loopback()}) {
    auto created = http::create_curl_client(io.get_executor(), clock, std::move(options));
    if (!created) throw std::runtime_error(render(created.error()));
    client = std::move(*created);
  }

  static http::CurlClientOptions loopback() {
    http::CurlClientOptions options;
    options.guard = loopback_guard();
    options.user_agent = "picket/test";
    return options;
  }

  Result<http::Exchange> try_exchange(http::Request request) {
    return std::move(try_all({std::move(request)}).front());
  }

  // All at once; the answers in the order of the requests.
  std::vector<Result<http::Exchange>> try_all(std::vector<http::Request> requests) {
    std::vector<Result<http::Exchange>> answers(requests.size());
    async::TaskGroup group{io.get_executor()};
    for (std::size_t i = 0; i < requests.size(); ++i)
      group.spawn("exchange", one(std::move(requests[i]), answers[i]));
    io.restart();
    io.run();
    return answers;
  }

  http::Exchange exchange(http::Request request) {
    auto result = try_exchange(std::move(request));
    if (!result) throw std::runtime_error(render(result.error()));
    return std::move(*result);
  }

  http::Exchange get(std::string url, Nanos timeout = Seconds{5}) {
    http::Request request;
    request.url = std::move(url);
    request.timeout = timeout;
    return exchange(std::move(request));
  }

  boost::asio::io_context io{1};
  async::RealClock clock{io.get_executor()};
  std::unique_ptr<http::HttpClient> client;

 private:
  async::Task<void> one(http::Request request, Result<http::Exchange>& answer) {
    answer = co_await client->exchange(std::move(request));
  }
};

inline std::string kind_of(const http::Exchange& exchange) {
  return exchange.failure ? std::string(to_string(exchange.failure->kind)) : "none";
}

}  // namespace picket::test
