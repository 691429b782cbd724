// A real Exim on free loopback ports that keeps all mail in a maildir of the test's. It wants a
// login for every recipient; `gone@..` does not exist, `later@..` may come later, a message that
// holds "virus" is refused. Stopped with the test.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/test_certificates.h"

namespace picket::test {

// False, after printing the allowed skip `exim`: Debian's package is missing, or the test may not
// become its user.
bool have_exim();

class Exim {
 public:
  static constexpr const char* kUser = "picket";
  static constexpr const char* kPassword = "s3cret word";

  struct Options {
    std::string directory;   // an empty one of its own
    CertificateFiles files;  // empty: it offers no TLS, and takes mail without a login
  };
  // Waits until it answers. Throws std::runtime_error with its log.
  explicit Exim(Options options);

  int port() const { return port_; }          // in the clear, with STARTTLS
  int tls_port() const { return tls_port_; }  // TLS from the first byte

  // Every message that was delivered, whole, in order of arrival; waits until there are `count`.
  std::vector<std::string> messages(std::size_t count) const;
  std::string log() const;

 private:
  bool try_start();
  std::string config() const;

  Options options_;
  int port_{0};
  int tls_port_{0};
  std::unique_ptr<Process> process_;
};

}  // namespace picket::test
