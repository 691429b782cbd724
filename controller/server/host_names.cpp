#include "controller/server/host_names.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "common/core/text.h"
#include "common/model/action.h"

namespace picket::controller {
namespace {

// Without port, brackets and a trailing dot; in lower case.
std::string bare_name(std::string_view host) {
  if (host.starts_with('[')) {
    host = host.substr(1, host.find(']') - 1);
  } else {
    host = host.substr(0, host.find(':'));
  }
  if (host.ends_with('.')) host.remove_suffix(1);
  return to_lower_ascii(host);
}

}  // namespace

bool is_host_of(std::string_view host, const std::vector<std::string>& names) {
  if (host.empty()) return true;
  const std::string name = bare_name(host);
  boost::system::error_code not_numeric;
  boost::asio::ip::make_address(name, not_numeric);
  return !not_numeric || name == "localhost" || name.ends_with(".localhost") ||
         std::any_of(names.begin(), names.end(),
                     [&](const std::string& one) { return !one.empty() && one == name; });
}

bool is_loopback(const std::string& address) {
  boost::system::error_code wrong;
  const auto parsed = boost::asio::ip::make_address(address, wrong);
  return !wrong && parsed.is_loopback();
}

std::string host_of_url(std::string_view url) { return bare_name(authority_of(url)); }

}  // namespace picket::controller
