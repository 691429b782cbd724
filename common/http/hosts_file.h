// The static host table (hosts(5)), re-read when the file changes. Owned by the resolver; one
// executor. A missing file is an empty table; reading blocks for as long as a small local file
// does.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/http_client.h"

namespace picket::http {

// Lower-case name -> addresses, in file order. Lines that make no sense are skipped.
using HostTable = std::map<std::string, std::vector<std::string>, std::less<>>;
HostTable parse_hosts(std::string_view text);

class HostsFile {
 public:
  explicit HostsFile(std::string path) : path_(std::move(path)) {}

  // The addresses of `name` in the wanted family, empty when the file does not know it.
  std::vector<std::string> lookup(std::string_view name, IpVersion family);

 private:
  void reload_if_changed();

  std::string path_;
  HostTable table_;
  std::string stamp_;  // of the file that was read
};

bool is_ipv6_literal(std::string_view address);
bool is_ip_literal(std::string_view address);

// Seconds, nanoseconds, size and inode of a file: equal stamps mean an unchanged file. Empty when
// there is none.
std::string file_stamp(const std::string& path);

}  // namespace picket::http
