#include "tests/integration/http/nginx_fixture.h"

namespace picket::test {
namespace {

constexpr int kTypeAaaa = 28;

std::string to_loopback(const DnsQuestion& question) {
  constexpr int kNxdomain = 3;
  if (!question.name.ends_with(".test")) return dns_reply(question, kNxdomain);
  if (question.type == kTypeAaaa) return dns_reply(question, 0);
  if (question.name == "rebound.test") return dns_addresses(question, {"169.254.169.254"}, 1);
  if (question.name == "two.test")
    return dns_addresses(question, {"169.254.169.254", "127.0.0.1"}, 1);
  if (question.name == "dead-first.test")
    return dns_addresses(question, {"127.0.0.2", "127.0.0.1"}, 1);
  if (question.name == "twice.test")
    return dns_addresses(question, {"127.0.0.1", "127.0.0.3"}, 1);
  return dns_addresses(question, {"127.0.0.1"}, 60);
}

// What every virtual host answers.
constexpr const char* kLocations = R"(
  location / { add_header X-Connection $connection; add_header X-Session "$ssl_session_reused";
               add_header X-Method $request_method; return 200 "hello from $host"; }
  location = /page { try_files /page.html =404; }
  location = /gzip { gzip on; gzip_types text/plain; gzip_min_length 1; try_files /page.html =404; }
  location = /bomb { add_header Content-Encoding gzip; try_files /bomb.gz =404; }
  location = /missing { return 404; }
  location = /moved { return 302 /page; }
)";

}  // namespace

NginxFixture::NginxFixture() : names_(to_loopback) {
  write_file(directory_.file("page.html"), std::string(10'240, 'p'));
  run_command({"sh", "-c", "head -c 50000000 /dev/zero | gzip > " + directory_.file("bomb.gz")});
  nginx_ = std::make_unique<Nginx>(
      directory_.path(), 3, [this](const std::vector<int>& ports) { return servers(ports); });
}

std::string NginxFixture::tls_server(int port, const std::string& host, const LeafOptions& leaf,
                                     const TestAuthority& authority,
                                     const std::string& more) const {
  const CertificateFiles files = authority.issue(leaf);
  return "server { listen 127.0.0.1:" + std::to_string(port) + " ssl http2; server_name " + host +
         "; ssl_certificate " + files.certificate + "; ssl_certificate_key " + files.key + ";" +
         "ssl_protocols TLSv1.2 TLSv1.3;" + more + kLocations + "}\n";
}

std::string NginxFixture::servers(const std::vector<int>& ports) const {
  const int tls = ports[1];
  // A ticket is for the port's first host: resumption needs a port of its own.
  std::string out = "server { listen 127.0.0.1:" + std::to_string(ports[0]) + "; server_name _;" +
                    kLocations + "}\n";
  out += tls_server(tls, "good.test", {"good", "DNS:good.test,IP:127.0.0.1", {}, {}, false},
                    authority_, "keepalive_timeout 60;");
  out += tls_server(ports[2], "resume.test", {"resume", "DNS:resume.test", {}, {}, false},
                    authority_, "keepalive_timeout 0;");
  out += tls_server(tls, "expired.test",
                    {"expired", "DNS:expired.test", "20200101000000Z", "20210101000000Z", false},
                    authority_);
  out += tls_server(tls, "early.test",
                    {"early", "DNS:early.test", "20900101000000Z", "20910101000000Z", false},
                    authority_);
  out += tls_server(tls, "wrong.test",
                    {"wrong", "DNS:other.test,DNS:www.other.test", {}, {}, false}, authority_);
  out += tls_server(tls, "self.test", {"self", "DNS:self.test", {}, {}, true}, authority_);
  out += tls_server(tls, "stranger.test", {"odd", "DNS:stranger.test", {}, {}, false}, stranger_);
  out += tls_server(tls, "mutual.test", {"mutual", "DNS:mutual.test", {}, {}, false}, authority_,
                    "ssl_verify_client on; ssl_client_certificate " + ca_file() + ";");
  // One of two machines is broken.
  const LeafOptions twice{"twice", "DNS:twice.test", {}, {}, false};
  out += tls_server(tls, "twice.test", twice, authority_);
  const CertificateFiles files = authority_.issue(twice);
  out += "server { listen 127.0.0.3:" + std::to_string(tls) + " ssl; ssl_certificate " +
         files.certificate + "; ssl_certificate_key " + files.key + "; return 503; }\n";
  return out;
}

std::string NginxFixture::http(const std::string& host, const std::string& path) const {
  return "http://" + host + ":" + std::to_string(nginx_->port(0)) + path;
}

std::string NginxFixture::https(const std::string& host, const std::string& path) const {
  return "https://" + host + ":" + std::to_string(nginx_->port(1)) + path;
}

http::CurlClientOptions NginxFixture::client_options() const {
  http::CurlClientOptions options = ClientFixture::loopback();
  options.dns_servers = {names_.address()};
  options.ca_file = ca_file();
  options.add_system_roots = false;
  return options;
}

NginxFixture& nginx_fixture() {
  static NginxFixture fixture;
  return fixture;
}

}  // namespace picket::test
