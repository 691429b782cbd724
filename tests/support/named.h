// A real bind9 `named` on a free port of 127.0.0.1 or ::1, in a directory of the test's;
// stopped with it. The test writes zone files and `zone` blocks, this writes the rest.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace picket::test {

struct NamedOptions {
  std::string directory;  // an empty one of its own
  std::string address{"127.0.0.1"};
  int port{0};                                                 // 0: a free one
  std::string options{"recursion no; dnssec-validation no;"};  // more of the `options` block
  std::string blocks;                                          // zones, trust anchors
};

class Named {
 public:
  // Waits until its zones are loaded. Throws std::runtime_error with its log.
  explicit Named(NamedOptions options);

  int port() const { return options_.port; }
  std::string server() const;  // "127.0.0.1:5300", "[::1]:5300"
  std::string log() const;

 private:
  bool try_start();

  NamedOptions options_;
  std::unique_ptr<Process> process_;
};

// `zone "NAME" { type primary; file "PATH"; };`
std::string primary_zone(const std::string& name, const std::string& path);
// Options of a resolver that validates, and asks nobody but the server on this port.
std::string validating_resolver(int port);

struct SignedZone {
  std::string path;    // of the signed zone file
  std::string anchor;  // a `trust-anchors` entry for it
};

// Signs a zone file with new keys (dnssec-keygen, dnssec-signzone), in the directory.
// Throws std::runtime_error.
SignedZone sign_zone(const std::string& directory, const std::string& name,
                     const std::string& text);

}  // namespace picket::test
