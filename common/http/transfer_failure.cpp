#include "common/http/transfer_failure.h"

#include <cerrno>
#include <utility>

#include "common/core/text.h"
#include "common/http/connect_failure.h"

namespace picket::http {
namespace {

constexpr std::size_t kMessageMax = 400;
constexpr int kProxyAuthenticationRequired = 407;

// What a CURLcode says by itself; the rest depends on how far the transfer came.
enum class Meaning {
  ok,
  bad_request,  // the request cannot be sent as it is
  connect,      // no connection; errno tells why
  broken,       // the connection broke
  malformed,    // bytes that are no HTTP
  truncated,
  encoding,
  written,  // our write or header callback said stop
  timed_out,
  tls,
  certificate,
  client_certificate,
  proxy,
  memory,
  bug,  // cannot happen with the options we set
};

// clang-format off
Meaning meaning_of(CURLcode code) {  // NOLINT(readability-function-size): one table
  switch (code) {
    case CURLE_OK: return Meaning::ok;
    case CURLE_URL_MALFORMAT: case CURLE_TOO_MANY_REDIRECTS: case CURLE_LOGIN_DENIED:
    case CURLE_AUTH_ERROR: return Meaning::bad_request;
    case CURLE_COULDNT_CONNECT: case CURLE_INTERFACE_FAILED: return Meaning::connect;
    case CURLE_SEND_ERROR: case CURLE_RECV_ERROR: case CURLE_GOT_NOTHING: case CURLE_READ_ERROR:
    case CURLE_SSL_SHUTDOWN_FAILED: case CURLE_HTTP2_STREAM: return Meaning::broken;
    case CURLE_UNSUPPORTED_PROTOCOL: case CURLE_WEIRD_SERVER_REPLY: case CURLE_HTTP2:
    case CURLE_HTTP3: case CURLE_QUIC_CONNECT_ERROR: case CURLE_RANGE_ERROR:
    case CURLE_HTTP_RETURNED_ERROR: return Meaning::malformed;
    case CURLE_PARTIAL_FILE: return Meaning::truncated;
    case CURLE_BAD_CONTENT_ENCODING: return Meaning::encoding;
    case CURLE_WRITE_ERROR: case CURLE_ABORTED_BY_CALLBACK: case CURLE_FILESIZE_EXCEEDED:
      return Meaning::written;
    case CURLE_OPERATION_TIMEDOUT: return Meaning::timed_out;
    case CURLE_SSL_CONNECT_ERROR: case CURLE_SSL_CIPHER: case CURLE_USE_SSL_FAILED:
      return Meaning::tls;
    case CURLE_PEER_FAILED_VERIFICATION: case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS: case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return Meaning::certificate;
    case CURLE_SSL_CERTPROBLEM: case CURLE_SSL_CLIENTCERT: return Meaning::client_certificate;
    case CURLE_PROXY: case CURLE_COULDNT_RESOLVE_PROXY: return Meaning::proxy;
    case CURLE_OUT_OF_MEMORY: return Meaning::memory;
    case CURLE_FAILED_INIT: case CURLE_NOT_BUILT_IN: case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_REMOTE_ACCESS_DENIED: case CURLE_FTP_ACCEPT_FAILED:
    case CURLE_FTP_WEIRD_PASS_REPLY: case CURLE_FTP_ACCEPT_TIMEOUT:
    case CURLE_FTP_WEIRD_PASV_REPLY: case CURLE_FTP_WEIRD_227_FORMAT:
    case CURLE_FTP_CANT_GET_HOST: case CURLE_FTP_COULDNT_SET_TYPE:
    case CURLE_FTP_COULDNT_RETR_FILE: case CURLE_QUOTE_ERROR: case CURLE_UPLOAD_FAILED:
    case CURLE_FTP_PORT_FAILED: case CURLE_FTP_COULDNT_USE_REST: case CURLE_HTTP_POST_ERROR:
    case CURLE_BAD_DOWNLOAD_RESUME: case CURLE_FILE_COULDNT_READ_FILE:
    case CURLE_LDAP_CANNOT_BIND: case CURLE_LDAP_SEARCH_FAILED: case CURLE_FUNCTION_NOT_FOUND:
    case CURLE_BAD_FUNCTION_ARGUMENT: case CURLE_UNKNOWN_OPTION: case CURLE_SETOPT_OPTION_SYNTAX:
    case CURLE_SSL_ENGINE_NOTFOUND: case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED: case CURLE_SEND_FAIL_REWIND: case CURLE_TFTP_NOTFOUND:
    case CURLE_TFTP_PERM: case CURLE_REMOTE_DISK_FULL: case CURLE_TFTP_ILLEGAL:
    case CURLE_TFTP_UNKNOWNID: case CURLE_REMOTE_FILE_EXISTS: case CURLE_TFTP_NOSUCHUSER:
    case CURLE_SSL_CACERT_BADFILE: case CURLE_REMOTE_FILE_NOT_FOUND: case CURLE_SSH:
    case CURLE_AGAIN: case CURLE_SSL_CRL_BADFILE: case CURLE_FTP_PRET_FAILED:
    case CURLE_RTSP_CSEQ_ERROR: case CURLE_RTSP_SESSION_ERROR: case CURLE_FTP_BAD_FILE_LIST:
    case CURLE_CHUNK_FAILED: case CURLE_NO_CONNECTION_AVAILABLE: case CURLE_RECURSIVE_API_CALL:
    case CURLE_UNRECOVERABLE_POLL: case CURLE_OBSOLETE20: case CURLE_OBSOLETE24:
    case CURLE_OBSOLETE29: case CURLE_OBSOLETE32: case CURLE_OBSOLETE40: case CURLE_OBSOLETE44:
    case CURLE_OBSOLETE46: case CURLE_OBSOLETE50: case CURLE_OBSOLETE51: case CURLE_OBSOLETE57:
    case CURLE_OBSOLETE62: case CURLE_OBSOLETE75: case CURLE_OBSOLETE76: case CURL_LAST:
      return Meaning::bug;
  }
  return Meaning::bug;
}
// clang-format on

std::string with_detail(const TransferEnd& end, std::string_view what) {
  std::string out = end.remote.empty() ? std::string(what) : end.remote + ": " + std::string(what);
  if (!end.detail.empty()) out += " (" + clean_line(end.detail) + ")";
  return cut_utf8(out, kMessageMax);
}

std::optional<Failure> failure(FailureKind kind, std::string message) {
  return Failure{kind, cut_utf8(message, kMessageMax), {}};
}

std::optional<Failure> plain(FailureKind kind, const TransferEnd& end) {
  return failure(kind, with_detail(end, summary_of(kind)));
}

std::string at_remote(const TransferEnd& end) {
  return end.remote.empty() ? std::string{} : " at " + end.remote;
}

// Without curl's text, which holds milliseconds: equal faults must read alike.
std::optional<Failure> short_form(FailureKind kind, const TransferEnd& end) {
  return failure(kind, std::string(summary_of(kind)) + at_remote(end));
}

Result<std::optional<Failure>> judge_connect(const TransferEnd& end) {
  if (!end.blocked.empty()) return failure(FailureKind::blocked_address, end.blocked);
  auto found = connect_failure(static_cast<int>(end.os_errno), end.remote);
  if (!found) return fail(found.error());
  return std::optional<Failure>(std::move(*found));
}

// TLS 1.3 servers say only after the handshake that a client certificate is missing or refused
// (RFC 8446, 4.4.2.4); OpenSSL names the alert.
bool is_client_certificate_alert(const TransferEnd& end) {
  if (!end.tls_started || end.first_byte) return false;
  for (const char* alert :
       {"alert certificate required", "alert bad certificate", "alert unknown ca",
        "alert certificate expired", "alert certificate revoked", "alert certificate unknown",
        "alert unsupported certificate"})
    if (end.detail.find(alert) != std::string::npos) return true;
  return false;
}

// What nghttp2 refuses in the peer's frames. It says so in words, by the error it closes the stream
// with, or (where it ends the connection itself) by nothing at all.
bool is_http2_fault(const TransferEnd& end) {
  const auto says = [&](const char* words) { return end.detail.find(words) != std::string::npos; };
  if (says("nghttp2_session")) return true;
  if (end.code == CURLE_HTTP2_STREAM)
    return says("PROTOCOL_ERROR") || says("COMPRESSION_ERROR") || says("FRAME_SIZE_ERROR") ||
           says("FLOW_CONTROL_ERROR");
  return end.code == CURLE_GOT_NOTHING && end.http2;
}

std::optional<Failure> judge_broken(const TransferEnd& end) {
  const bool is_reset = end.os_errno == ECONNRESET || end.os_errno == EPIPE;
  if (is_http2_fault(end)) return plain(FailureKind::http_protocol, end);
  if (is_client_certificate_alert(end)) return plain(FailureKind::tls_client_certificate, end);
  if (end.tls_started && !end.tls_done)
    return failure(FailureKind::tls_handshake, with_detail(end, "the TLS handshake broke off"));
  if (!end.first_byte || end.code == CURLE_GOT_NOTHING)
    return short_form(FailureKind::connect_reset, end);
  if (is_reset || end.code == CURLE_SEND_ERROR || end.code == CURLE_HTTP2_STREAM)
    return plain(FailureKind::http_truncated, end);
  return plain(FailureKind::http_protocol, end);
}

std::optional<Failure> judge_timeout(const TransferEnd& end) {
  const std::string waited = " within " + render_elapsed(end.waited) + at_remote(end);
  if (end.tls_started && !end.tls_done)
    return failure(FailureKind::tls_timeout, "the TLS handshake did not end" + waited);
  if (!end.connected)
    return failure(FailureKind::connect_timeout, "the connection was not accepted" + waited);
  if (!end.first_byte)
    return failure(FailureKind::timeout, "connected, but no byte of a response" + waited);
  if (!end.body_started)
    return failure(FailureKind::timeout, "the response's headers were not complete" + waited);
  return failure(FailureKind::timeout, "the response's body was not complete" + waited);
}

Result<std::optional<Failure>> judge_memory(const TransferEnd& end) {
  // curl 7.88 says "out of memory" for a single header line above its own 100 KB.
  if (end.first_byte && !end.body_started) return short_form(FailureKind::header_too_large, end);
  return fail(ErrorCode::resource_exhausted, "curl ran out of memory");
}

std::optional<Failure> judge_limit(const TransferEnd& end) {
  return short_form(
      end.limit == LimitHit::header ? FailureKind::header_too_large : FailureKind::body_too_large,
      end);
}

bool is_proxy_fault(const TransferEnd& end, Meaning meaning) {
  if (!end.proxied) return false;
  if (meaning == Meaning::ok) return end.status == kProxyAuthenticationRequired;
  // A tunnel that is not made in time, or breaks off; the target's TLS begins behind it.
  if (meaning == Meaning::timed_out || meaning == Meaning::broken)
    return !end.connected && !end.tls_started && end.proxy_status / 100 != 2;
  if (meaning == Meaning::connect || meaning == Meaning::proxy) return end.blocked.empty();
  return !end.connected && end.proxy_status != 0 && end.proxy_status / 100 != 2;
}

std::optional<Failure> judge_proxy(const TransferEnd& end) {
  if (end.status == kProxyAuthenticationRequired)
    return failure(FailureKind::proxy, "the proxy wants other credentials (407)" + at_remote(end));
  return plain(FailureKind::proxy, end);
}

}  // namespace

Result<std::optional<Failure>> judge(const TransferEnd& end) {
  const Meaning meaning = meaning_of(end.code);
  if (meaning != Meaning::ok && end.limit != LimitHit::none) return judge_limit(end);
  if (end.flooded)
    return failure(FailureKind::http_protocol,
                   "frames that carry nothing, without end" + at_remote(end));
  if (is_proxy_fault(end, meaning)) return judge_proxy(end);
  switch (meaning) {
    case Meaning::ok: return std::optional<Failure>{};
    case Meaning::bad_request: return plain(FailureKind::invalid_request, end);
    case Meaning::connect: return judge_connect(end);
    case Meaning::broken: return judge_broken(end);
    case Meaning::malformed: return plain(FailureKind::http_protocol, end);
    case Meaning::truncated: return short_form(FailureKind::http_truncated, end);
    case Meaning::encoding: return plain(FailureKind::decoding, end);
    case Meaning::written: return plain(FailureKind::decoding, end);
    case Meaning::timed_out: return judge_timeout(end);
    case Meaning::tls:
      return plain(is_client_certificate_alert(end) ? FailureKind::tls_client_certificate
                                                    : FailureKind::tls_handshake,
                   end);
    case Meaning::certificate: return refused_certificate(end.verify_result, end.certificate);
    case Meaning::client_certificate:
      return failure(FailureKind::invalid_request,
                     with_detail(end, "the client certificate cannot be used"));
    case Meaning::proxy: return plain(FailureKind::proxy, end);
    case Meaning::memory: return judge_memory(end);
    case Meaning::bug: break;
  }
  return fail(ErrorCode::internal, "curl: " + std::string(curl_easy_strerror(end.code)) + " (" +
                                       std::to_string(end.code) + "): " + clean_line(end.detail));
}

}  // namespace picket::http
