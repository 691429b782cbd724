#include "common/http/curl_options.h"

#include <algorithm>

namespace picket::http {
namespace {

constexpr const char* kEncodings = "gzip, br, zstd";
// Addresses given by CURLOPT_RESOLVE stay in curl's table so long; only to be found at all.
constexpr long kDnsTableSeconds = 5;
constexpr Nanos kHeadStart = Millis{250};  // RFC 8305, 8: Connection Attempt Delay

long millis_up(Nanos span) {
  return std::max<long>(1, static_cast<long>(std::chrono::ceil<Millis>(span).count()));
}

long version_option(HttpVersion version, bool tls) {
  switch (version) {
    case HttpVersion::any: return CURL_HTTP_VERSION_2TLS;
    case HttpVersion::http1_1: return CURL_HTTP_VERSION_1_1;
    case HttpVersion::http2:
      return tls ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
  }
  return CURL_HTTP_VERSION_2TLS;
}

long family_option(IpVersion version) {
  switch (version) {
    case IpVersion::any: return CURL_IPRESOLVE_WHATEVER;
    case IpVersion::v4: return CURL_IPRESOLVE_V4;
    case IpVersion::v6: return CURL_IPRESOLVE_V6;
  }
  return CURL_IPRESOLVE_WHATEVER;
}

std::string bracketed(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

}  // namespace

template <class Value>
void CurlOptions::set(CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(transfer_.easy_, option, value);
  if (first_error_ == CURLE_OK) first_error_ = code;
}

void CurlOptions::set_list(CURLoption option, const std::vector<std::string>& lines) {
  curl_slist* list = nullptr;
  for (const std::string& line : lines) {
    curl_slist* longer = curl_slist_append(list, line.c_str());
    if (!longer) first_error_ = CURLE_OUT_OF_MEMORY;
    if (longer) list = longer;
  }
  if (list) transfer_.lists_.push_back(list);
  set(option, list);
}

Status CurlOptions::apply() {
  if (!transfer_.easy_) return fail(ErrorCode::resource_exhausted, "no memory for libcurl");
  set_url();
  set_limits();
  set_method_and_body();
  set_headers();
  set_connection();
  set_addresses();
  set_proxy();
  if (transfer_.context_.trusted) set_tls();
  set_callbacks();
  if (first_error_ == CURLE_OK) return {};
  if (first_error_ == CURLE_OUT_OF_MEMORY)
    return fail(ErrorCode::resource_exhausted, "no memory for libcurl");
  return fail(ErrorCode::internal,
              std::string("curl refuses an option: ") + curl_easy_strerror(first_error_));
}

// curl takes the name for SNI and for the certificate from the URL: another name stands there, and
// the Host header says whom the request is for.
void CurlOptions::set_url() {
  const Request& request = transfer_.context_.request;
  if (request.tls.server_name.empty())
    set(CURLOPT_URL, request.url.c_str());
  else
    set(CURLOPT_URL, with_host(request.url, request.tls.server_name).c_str());
}

void CurlOptions::set_limits() {
  const Request& request = transfer_.context_.request;
  const Nanos left = transfer_.context_.time_left;
  const Nanos connect = std::min(request.connect_timeout, left);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_TIMEOUT_MS, millis_up(left));
  set(CURLOPT_CONNECTTIMEOUT_MS, millis_up(connect));
  // Without a race the second family gets the second half of the time.
  const Nanos head_start = request.happy_eyeballs ? kHeadStart : connect / 2;
  set(CURLOPT_HAPPY_EYEBALLS_TIMEOUT_MS, millis_up(head_start));
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
}

void CurlOptions::set_method_and_body() {
  const Request& request = transfer_.context_.request;
  const bool sends_length =
      request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (request.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (!request.body.empty() || sends_length) {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.data());
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  } else if (request.method != "GET") {
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

void CurlOptions::set_headers() {
  const Request& request = transfer_.context_.request;
  std::vector<std::string> lines;
  // What curl would add by itself to a body: a wait for "100 Continue" and a content type.
  if (!find_header(request.headers, "expect")) lines.emplace_back("Expect:");
  if (!find_header(request.headers, "content-type")) lines.emplace_back("Content-Type:");
  if (!request.tls.server_name.empty() && !find_header(request.headers, "host"))
    lines.push_back("Host: " + transfer_.context_.target.authority);
  for (const auto& [name, value] : request.headers)
    lines.push_back(value.empty() ? name + ";" : name + ": " + value);
  set_list(CURLOPT_HTTPHEADER, lines);
  set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  if (!transfer_.context_.user_agent.empty())
    set(CURLOPT_USERAGENT, transfer_.context_.user_agent.c_str());
  if (request.compression) set(CURLOPT_ACCEPT_ENCODING, kEncodings);
}

void CurlOptions::set_connection() {
  const Request& request = transfer_.context_.request;
  // Connections are told apart by what curl knows of them, which our trust stores are not.
  const bool own_store = !request.tls.ca_file.empty() || !request.tls.ca_pem.empty();
  const bool fresh = !request.reuse_connection || own_store || !request.address.empty();
  set(CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
  set(CURLOPT_FORBID_REUSE, fresh ? 1L : 0L);
  set(CURLOPT_SSL_SESSIONID_CACHE, fresh ? 0L : 1L);
  if (!fresh) set(CURLOPT_SHARE, transfer_.context_.sessions);
  set(CURLOPT_HTTP_VERSION, version_option(request.http_version, transfer_.context_.target.tls));
  if (request.address.empty()) set(CURLOPT_IPRESOLVE, family_option(request.ip_version));
  if (!request.digest) return;
  set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_DIGEST));
  set(CURLOPT_USERNAME, request.digest->user.c_str());
  set(CURLOPT_PASSWORD, request.digest->password.c_str());
}

void CurlOptions::set_addresses() {
  const TransferContext& context = transfer_.context_;
  const Target& resolved = context.proxy ? *context.proxy : context.target;
  set(CURLOPT_DNS_CACHE_TIMEOUT, kDnsTableSeconds);
  const std::string& renamed = context.request.tls.server_name;
  if (resolved.is_literal && renamed.empty()) {
    if (!context.request.address.empty())
      set_list(CURLOPT_CONNECT_TO, {"::" + bracketed(context.request.address) + ":"});
    return;
  }
  const std::string& host = renamed.empty() ? resolved.host : renamed;
  std::string line = "+" + host + ":" + std::to_string(resolved.port) + ":";
  for (const std::string& address : context.addresses) {
    if (line.back() != ':') line += ',';
    line += bracketed(address);
    if (context.request.first_address_only) break;
  }
  set_list(CURLOPT_RESOLVE, {line});
}

void CurlOptions::set_proxy() {
  const TransferContext& context = transfer_.context_;
  set(CURLOPT_PROXY, context.request.proxy.c_str());  // empty: none, also not the environment's
  set(CURLOPT_NOPROXY, "");
  if (!context.proxy) return;
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  const Credentials& login = context.request.proxy_login;
  if (!login.user.empty()) set(CURLOPT_PROXYUSERNAME, login.user.c_str());
  if (!login.user.empty()) set(CURLOPT_PROXYPASSWORD, login.password.c_str());
  set(CURLOPT_PROXY_CAPATH, static_cast<const char*>(nullptr));
  set(CURLOPT_PROXY_CAINFO, static_cast<const char*>(nullptr));
}

void CurlOptions::set_tls() {
  const TlsOptions& tls = transfer_.context_.request.tls;
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, tls.insecure ? 0L : 1L);
  set(CURLOPT_SSL_VERIFYHOST, tls.insecure ? 0L : 2L);
  // The shared store is set in the context's callback; curl must not read files of its own.
  set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  set(CURLOPT_CAINFO, static_cast<const char*>(nullptr));
  // Else curl keeps the first store it sees for a day, and sets it over every later one.
  set(CURLOPT_CA_CACHE_TIMEOUT, 0L);
  set(CURLOPT_SSL_CTX_FUNCTION, &CurlEasy::on_tls_context);
  set(CURLOPT_SSL_CTX_DATA, &transfer_);
  if (tls.certificate_pem.empty()) return;
  const auto set_blob = [this](CURLoption option, const std::string& pem) {
    curl_blob blob{const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_NOCOPY};
    set(option, &blob);
  };
  set_blob(CURLOPT_SSLCERT_BLOB, tls.certificate_pem);
  set_blob(CURLOPT_SSLKEY_BLOB,
           tls.private_key_pem.empty() ? tls.certificate_pem : tls.private_key_pem);
}

void CurlOptions::set_callbacks() {
  set(CURLOPT_ERRORBUFFER, transfer_.error_.data());
  set(CURLOPT_HEADERFUNCTION, &CurlEasy::on_header);
  set(CURLOPT_HEADERDATA, &transfer_);
  set(CURLOPT_WRITEFUNCTION, &CurlEasy::on_body);
  set(CURLOPT_WRITEDATA, &transfer_);
  set(CURLOPT_OPENSOCKETFUNCTION, &CurlEasy::on_open_socket);
  set(CURLOPT_OPENSOCKETDATA, &transfer_);
}

}  // namespace picket::http
