// Sets up an easy handle: the options that always hold (no signals, no redirects, http and https
// only, TLS 1.2 and later, our own addresses and certificates) and those a request asks for.
#pragma once

#include "common/http/curl_easy.h"

namespace picket::http {

class CurlOptions {
 public:
  explicit CurlOptions(CurlEasy& transfer) : transfer_(transfer) {}

  // resource_exhausted, internal.
  Status apply();

 private:
  template <class Value>
  void set(CURLoption option, Value value);
  void set_list(CURLoption option, const std::vector<std::string>& lines);

  void set_url();
  void set_limits();
  void set_method_and_body();
  void set_headers();
  void set_connection();
  void set_addresses();
  void set_proxy();
  void set_tls();
  void set_callbacks();

  CurlEasy& transfer_;
  CURLcode first_error_{CURLE_OK};
};

}  // namespace picket::http
