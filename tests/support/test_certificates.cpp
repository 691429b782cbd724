#include "tests/support/test_certificates.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "tests/support/process.h"

namespace picket::test {
namespace {

void openssl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "openssl");
  std::string output;
  if (run_command(arguments, &output) == 0) return;
  throw std::runtime_error("openssl " + arguments[1] + ": " + output);
}

void make_key(const std::string& path) {
  openssl({"ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path});
}

// The configuration `openssl ca` insists on: it alone can set both dates of a certificate.
std::string ca_configuration(const std::string& folder, const std::string& alternatives) {
  return "[ca]\ndefault_ca=d\n[d]\ndatabase=" + folder + "/index\nserial=" + folder +
         "/serial\nnew_certs_dir=" + folder + "\ndefault_md=sha256\npolicy=p\nunique_subject=no\n" +
         "x509_extensions=x\nrand_serial=yes\n[p]\ncommonName=supplied\n[x]\n" +
         "basicConstraints=CA:FALSE\nsubjectAltName=" + alternatives + "\n";
}

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

TestAuthority::TestAuthority(std::string directory, std::string name)
    : directory_(std::move(directory)), name_(std::move(name)) {
  ca_ = {directory_ + "/" + name_ + ".pem", directory_ + "/" + name_ + ".key"};
  make_key(ca_.key);
  openssl({"req", "-x509", "-new", "-key", ca_.key, "-out", ca_.certificate, "-days", "30", "-subj",
           "/CN=" + name_, "-addext", "basicConstraints=critical,CA:TRUE", "-addext",
           "keyUsage=critical,keyCertSign,cRLSign"});
}

CertificateFiles TestAuthority::issue(const LeafOptions& leaf) const {
  const std::string stem = directory_ + "/" + name_ + "-" + leaf.name;
  const CertificateFiles files{stem + ".pem", stem + ".key"};
  make_key(files.key);
  if (leaf.self_signed) {
    openssl({"req", "-x509", "-new", "-key", files.key, "-out", files.certificate, "-days", "7",
             "-subj", "/CN=" + leaf.name, "-addext", "subjectAltName=" + leaf.alternatives});
    return files;
  }
  const std::string folder = stem + ".ca";
  std::filesystem::create_directory(folder);
  write(folder + "/index", "");
  write(folder + "/config", ca_configuration(folder, leaf.alternatives));
  openssl({"req", "-new", "-key", files.key, "-out", stem + ".csr", "-subj", "/CN=" + leaf.name});
  std::vector<std::string> sign{
      "ca",          "-batch",        "-notext",        "-config", folder + "/config",
      "-cert",       ca_.certificate, "-keyfile",       ca_.key,   "-in",
      stem + ".csr", "-out",          files.certificate};
  if (!leaf.start.empty()) sign.insert(sign.end(), {"-startdate", leaf.start});
  if (leaf.end.empty()) sign.insert(sign.end(), {"-days", "7"});
  if (!leaf.end.empty()) sign.insert(sign.end(), {"-enddate", leaf.end});
  openssl(sign);
  return files;
}

}  // namespace picket::test
