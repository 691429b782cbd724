#include "common/http/hosts_file.h"

#include <arpa/inet.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "common/core/text.h"

namespace picket::http {
namespace {

bool parses_as(int family, std::string_view address) {
  unsigned char bytes[16];
  return ::inet_pton(family, std::string(address).c_str(), bytes) == 1;
}

bool matches(IpVersion family, std::string_view address) {
  if (family == IpVersion::any) return true;
  return is_ipv6_literal(address) == (family == IpVersion::v6);
}

}  // namespace

bool is_ipv6_literal(std::string_view address) { return parses_as(AF_INET6, address); }

bool is_ip_literal(std::string_view address) {
  return parses_as(AF_INET, address) || is_ipv6_literal(address);
}

std::string file_stamp(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  std::ostringstream out;
  out << info.st_mtim.tv_sec << '.' << info.st_mtim.tv_nsec << '/' << info.st_size << '/'
      << info.st_ino;
  return out.str();
}

HostTable parse_hosts(std::string_view text) {
  HostTable table;
  for (std::string line : split(text, '\n')) {
    line.resize(std::min(line.size(), line.find('#')));
    std::istringstream words(line);
    std::string address;
    words >> address;
    if (!is_ip_literal(address)) continue;
    for (std::string name; words >> name;) table[to_lower_ascii(name)].push_back(address);
  }
  return table;
}

std::vector<std::string> HostsFile::lookup(std::string_view name, IpVersion family) {
  reload_if_changed();
  std::vector<std::string> found;
  const auto row = table_.find(to_lower_ascii(name));
  if (row == table_.end()) return found;
  for (const std::string& address : row->second)
    if (matches(family, address)) found.push_back(address);
  return found;
}

void HostsFile::reload_if_changed() {
  std::string stamp = file_stamp(path_);
  if (stamp == stamp_) return;
  std::ifstream file(path_, std::ios::binary);
  if (!file && !stamp.empty()) return;  // it is there: no descriptor left, look again later
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  table_ = parse_hosts(text);
  stamp_ = std::move(stamp);
}

}  // namespace picket::http
