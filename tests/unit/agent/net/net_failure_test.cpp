#include "agent/net/net_failure.h"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <catch2/catch.hpp>

namespace picket::agent {
namespace {

using boost::system::error_code;

error_code of_system(int value) { return {value, boost::system::system_category()}; }
error_code tls(int reason) {
  const auto value = static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0, reason));
  return {value, boost::asio::error::get_ssl_category()};
}

TEST_CASE("each error of a socket has its kind in each stage", "[net]") {
  struct Row {
    NetStage stage;
    error_code error;
    const char* kind;
  };
  const Row rows[] = {
      {NetStage::connect, of_system(ECONNREFUSED), "connect_refused"},
      {NetStage::connect, of_system(ETIMEDOUT), "connect_timeout"},
      {NetStage::connect, of_system(ENETUNREACH), "connect_unreachable"},
      {NetStage::connect, of_system(EHOSTUNREACH), "connect_unreachable"},
      {NetStage::connect, of_system(ECONNRESET), "connect_reset"},
      {NetStage::connect, of_system(EPERM), "agent_network"},
      {NetStage::tls, of_system(ECONNRESET), "tls_handshake"},
      {NetStage::tls, boost::asio::error::eof, "tls_handshake"},
      {NetStage::tls, boost::asio::ssl::error::stream_truncated, "tls_handshake"},
      {NetStage::tls, tls(SSL_R_WRONG_VERSION_NUMBER), "tls_handshake"},
      {NetStage::tls, tls(SSL_R_SSLV3_ALERT_BAD_CERTIFICATE), "tls_client_certificate"},
      {NetStage::exchange, tls(SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED), "tls_client_certificate"},
      {NetStage::exchange, of_system(ECONNRESET), "connect_reset"},
      {NetStage::exchange, of_system(EPIPE), "connect_reset"},
      {NetStage::exchange, boost::asio::error::eof, "connection_closed"},
      {NetStage::exchange, boost::asio::ssl::error::stream_truncated, "connection_closed"},
      {NetStage::exchange, tls(SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC), "connect_reset"},
  };
  for (const Row& row : rows) {
    const auto failure = net_failure(row.stage, row.error, "192.0.2.1:443");
    INFO(row.error.message());
    REQUIRE(failure);
    CHECK(to_string(failure->kind) == row.kind);
    CHECK_THAT(failure->message, Catch::EndsWith(" at 192.0.2.1:443"));
  }
}

TEST_CASE("what runs out on the agent is our own error in every stage", "[net]") {
  for (const NetStage stage : {NetStage::connect, NetStage::tls, NetStage::exchange}) {
    for (const int value : {EMFILE, ENFILE, ENOMEM, ENOBUFS, EADDRNOTAVAIL}) {
      const auto judged = net_failure(stage, of_system(value), "192.0.2.1:443");
      REQUIRE_FALSE(judged);
      CHECK(judged.error().code == ErrorCode::resource_exhausted);
    }
  }
}

TEST_CASE("a machine without IPv6 has no way to an IPv6 address", "[net]") {
  const auto judged = net_failure(NetStage::connect, of_system(EADDRNOTAVAIL), "[2001:db8::1]:443");
  REQUIRE(judged);
  CHECK(judged->kind == FailureKind::connect_unreachable);
  CHECK_FALSE(net_failure(NetStage::connect, of_system(EMFILE), "[2001:db8::1]:443"));
}

TEST_CASE("a deadline's failure says what did not happen", "[net]") {
  const auto text = [](NetStage stage) {
    const Failure failure = net_timeout(stage, Seconds{2}, "192.0.2.1:443");
    return std::string(to_string(failure.kind)) + ": " + failure.message;
  };
  CHECK_THAT(text(NetStage::connect), Catch::StartsWith("connect_timeout: the connection was not"));
  CHECK_THAT(text(NetStage::tls), Catch::StartsWith("tls_timeout: the TLS handshake did not end"));
  CHECK_THAT(text(NetStage::exchange), Catch::StartsWith("timeout: connected, but"));
}

}  // namespace
}  // namespace picket::agent
