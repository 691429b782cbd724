// A certificate authority for tests, by the openssl program, in a directory of the test's. Never
// anything to trust outside it.
#pragma once

#include <string>
#include <vector>

namespace picket::test {

struct CertificateFiles {
  std::string certificate;  // PEM, chain included
  std::string key;
};

struct LeafOptions {
  std::string name;          // of the files and the subject's common name
  std::string alternatives;  // "DNS:localhost,IP:127.0.0.1"
  std::string start;         // "20200101000000Z"; empty: yesterday
  std::string end;           // empty: in a week
  bool self_signed{false};
};

class TestAuthority {
 public:
  // Makes the CA `name` in `directory`. Throws std::runtime_error with openssl's words.
  TestAuthority(std::string directory, std::string name);

  const std::string& ca_file() const { return ca_.certificate; }
  CertificateFiles issue(const LeafOptions& leaf) const;

 private:
  std::string directory_;
  std::string name_;
  CertificateFiles ca_;
};

}  // namespace picket::test
