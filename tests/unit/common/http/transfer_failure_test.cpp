#include "common/http/transfer_failure.h"

#include <openssl/x509_vfy.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <string>

#include "common/http/connect_failure.h"

namespace picket::http {
namespace {

// The state of a transfer, as letters: c connected, t TLS started, T TLS done, f first byte,
// b body, p through a proxy.
TransferEnd ended(CURLcode code, const std::string& state, long os_errno = 0) {
  const auto has = [&](char letter) { return state.find(letter) != std::string::npos; };
  TransferEnd end;
  end.code = code;
  end.os_errno = os_errno;
  end.connected = has('c');
  end.tls_started = has('t');
  end.tls_done = has('T');
  end.first_byte = has('f');
  end.body_started = has('b');
  end.proxied = has('p');
  end.remote = "203.0.113.7:443";
  return end;
}

std::string judged(const TransferEnd& end) {
  const auto result = judge(end);
  if (!result) return "error " + std::string(to_string(result.error().code));
  return *result ? std::string(to_string((*result)->kind)) : "none";
}

TEST_CASE("alerts about client certificates are told apart from other endings", "[http][failure]") {
  TransferEnd end = ended(CURLE_RECV_ERROR, "tTc");
  end.detail = "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required";
  CHECK(judged(end) == "tls_client_certificate");
  end.first_byte = true;
  CHECK(judged(end) == "http_protocol");
  end = ended(CURLE_SSL_CONNECT_ERROR, "t");
  end.detail = "error:0A000418:SSL routines::tlsv1 alert unknown ca";
  CHECK(judged(end) == "tls_client_certificate");
  end.detail = "error:0A000410:SSL routines::sslv3 alert handshake failure";
  CHECK(judged(end) == "tls_handshake");
}

TEST_CASE("frames that HTTP/2 forbids are told from connections that broke", "[http][failure]") {
  TransferEnd end = ended(CURLE_HTTP2_STREAM, "c");
  end.detail = "HTTP/2 stream 1 was not closed cleanly: PROTOCOL_ERROR (err 1)";
  CHECK(judged(end) == "http_protocol");
  end.detail = "HTTP/2 stream 1 was not closed cleanly: INTERNAL_ERROR (err 2)";
  CHECK(judged(end) == "connect_reset");
  end = ended(CURLE_RECV_ERROR, "c");
  end.detail = "nghttp2_session_mem_recv() returned -904:Flooding was detected";
  CHECK(judged(end) == "http_protocol");
  end = ended(CURLE_GOT_NOTHING, "c");
  CHECK(judged(end) == "connect_reset");
  end.http2 = true;
  CHECK(judged(end) == "http_protocol");
}

TEST_CASE("a proxy is blamed for what happens before the target is reached", "[http][failure]") {
  CHECK(judged(ended(CURLE_OPERATION_TIMEDOUT, "p")) == "proxy");
  CHECK(judged(ended(CURLE_OPERATION_TIMEDOUT, "pt")) == "tls_timeout");
  CHECK(judged(ended(CURLE_OPERATION_TIMEDOUT, "pc")) == "timeout");
  CHECK(judged(ended(CURLE_RECV_ERROR, "p")) == "proxy");
  CHECK(judged(ended(CURLE_RECV_ERROR, "pcfb")) == "http_protocol");
  TransferEnd end = ended(CURLE_OK, "pcfb");
  end.status = 407;
  CHECK(judged(end) == "proxy");
  end.status = 502;
  CHECK(judged(end) == "none");
}

TEST_CASE("a machine without IPv6 has no way to a target, with IPv4 no port", "[http][failure]") {
  TransferEnd end = ended(CURLE_COULDNT_CONNECT, "", EADDRNOTAVAIL);
  CHECK(judged(end) == "error resource_exhausted");
  end.remote = "[2001:db8::7]:443";
  CHECK(judged(end) == "connect_unreachable");
}

TEST_CASE("how a transfer ends names its failure", "[http][failure]") {
  struct Row {
    CURLcode code;
    const char* state;
    long os_errno;
    const char* kind;
  };
  const Row rows[] = {
      {CURLE_OK, "cfb", 0, "none"},
      {CURLE_COULDNT_CONNECT, "", ECONNREFUSED, "connect_refused"},
      {CURLE_COULDNT_CONNECT, "", ETIMEDOUT, "connect_timeout"},
      {CURLE_COULDNT_CONNECT, "", ENETUNREACH, "connect_unreachable"},
      {CURLE_COULDNT_CONNECT, "", EHOSTUNREACH, "connect_unreachable"},
      {CURLE_COULDNT_CONNECT, "", EAFNOSUPPORT, "connect_unreachable"},
      {CURLE_COULDNT_CONNECT, "", ECONNRESET, "connect_reset"},
      {CURLE_COULDNT_CONNECT, "", EACCES, "agent_network"},
      {CURLE_COULDNT_CONNECT, "", EMFILE, "error resource_exhausted"},
      {CURLE_COULDNT_CONNECT, "", EADDRNOTAVAIL, "error resource_exhausted"},
      {CURLE_OUT_OF_MEMORY, "", 0, "error resource_exhausted"},
      {CURLE_OUT_OF_MEMORY, "cf", 0, "header_too_large"},
      {CURLE_GOT_NOTHING, "cf", 0, "connect_reset"},
      {CURLE_RECV_ERROR, "c", ECONNRESET, "connect_reset"},
      {CURLE_SEND_ERROR, "c", EPIPE, "connect_reset"},
      {CURLE_RECV_ERROR, "cfb", ECONNRESET, "http_truncated"},
      {CURLE_RECV_ERROR, "cfb", 0, "http_protocol"},
      {CURLE_RECV_ERROR, "t", ECONNRESET, "tls_handshake"},
      {CURLE_HTTP2_STREAM, "cfb", 0, "http_truncated"},
      {CURLE_HTTP2, "cf", 0, "http_protocol"},
      {CURLE_PARTIAL_FILE, "cfb", 0, "http_truncated"},
      {CURLE_WEIRD_SERVER_REPLY, "cf", 0, "http_protocol"},
      {CURLE_UNSUPPORTED_PROTOCOL, "cf", 0, "http_protocol"},
      {CURLE_BAD_CONTENT_ENCODING, "cf", 0, "decoding"},
      {CURLE_WRITE_ERROR, "cfb", 0, "decoding"},
      {CURLE_OPERATION_TIMEDOUT, "", 0, "connect_timeout"},
      {CURLE_OPERATION_TIMEDOUT, "t", 0, "tls_timeout"},
      {CURLE_OPERATION_TIMEDOUT, "tTc", 0, "timeout"},
      {CURLE_OPERATION_TIMEDOUT, "cfb", 0, "timeout"},
      {CURLE_SSL_CONNECT_ERROR, "t", 0, "tls_handshake"},
      {CURLE_SSL_CERTPROBLEM, "", 0, "invalid_request"},
      {CURLE_URL_MALFORMAT, "", 0, "invalid_request"},
      {CURLE_COULDNT_CONNECT, "p", ECONNREFUSED, "proxy"},
      {CURLE_COULDNT_RESOLVE_HOST, "", 0, "error internal"},
      {CURLE_BAD_FUNCTION_ARGUMENT, "", 0, "error internal"},
  };
  for (const Row& row : rows) {
    INFO(row.code << " " << row.state << " " << row.os_errno);
    CHECK(judged(ended(row.code, row.state, row.os_errno)) == row.kind);
  }
}

TEST_CASE("every CURLcode is judged and says something", "[http][failure]") {
  for (int code = CURLE_OK + 1; code < CURL_LAST; ++code) {
    INFO(code);
    const auto result = judge(ended(static_cast<CURLcode>(code), "cf"));
    if (result) {
      REQUIRE(*result);
      CHECK_FALSE((*result)->message.empty());
    } else {
      CHECK_FALSE(result.error().message.empty());
    }
  }
}

TEST_CASE("our limits, our guard and the proxy's answer come before curl's code", "[http]") {
  TransferEnd end = ended(CURLE_WRITE_ERROR, "cfb");
  end.limit = LimitHit::body;
  CHECK(judged(end) == "body_too_large");
  end.limit = LimitHit::header;
  CHECK(judged(end) == "header_too_large");
  end = ended(CURLE_COULDNT_CONNECT, "");
  end.blocked = "127.0.0.1 is loopback";
  CHECK(judged(end) == "blocked_address");
  end = ended(CURLE_RECV_ERROR, "p");
  end.proxy_status = 403;
  CHECK(judged(end) == "proxy");
  end.proxy_status = 200;
  CHECK(judged(end) != "proxy");
}

TEST_CASE("certificate errors have their own kinds", "[http][failure]") {
  const auto kind = [](int result) { return std::string(to_string(certificate_failure(result))); };
  CHECK(kind(X509_V_OK) == "tls_name_mismatch");
  CHECK(kind(X509_V_ERR_HOSTNAME_MISMATCH) == "tls_name_mismatch");
  CHECK(kind(X509_V_ERR_CERT_HAS_EXPIRED) == "tls_expired");
  CHECK(kind(X509_V_ERR_CERT_NOT_YET_VALID) == "tls_not_yet_valid");
  CHECK(kind(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT) == "tls_self_signed");
  CHECK(kind(X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN) == "tls_untrusted");
  CHECK(kind(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY) == "tls_untrusted");
  CHECK(kind(X509_V_ERR_CERT_REVOKED) == "tls_untrusted");
}

TEST_CASE("equal faults read alike: no milliseconds from curl's text", "[http][failure]") {
  TransferEnd end = ended(CURLE_COULDNT_CONNECT, "", ECONNREFUSED);
  end.detail = "Failed to connect to 203.0.113.7 port 443 after 17 ms: Connection refused";
  CHECK((*judge(end))->message == "the connection was refused at 203.0.113.7:443");
}

}  // namespace
}  // namespace picket::http
