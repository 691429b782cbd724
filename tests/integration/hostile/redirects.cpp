// Where responses send the client next.
#include "tests/integration/hostile/behaviour.h"
#include "tests/support/udp_responder.h"

namespace picket::test {
namespace {

using namespace std::chrono_literals;

std::string moved(const std::string& location) {
  return "HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n";
}

HostileTarget leads_to(const char* what, const char* kind, const std::string& location) {
  return served("redirects", what, kind, answers(moved(location)));
}

std::string path_of(const std::string& request) {
  const auto start = request.find(' ') + 1;
  return request.substr(start, request.find(' ', start) - start);
}

}  // namespace

Targets hostile_redirects() {
  return {
      leads_to("a redirect to itself", "redirect_limit", "/"),
      served("redirects", "redirects whose URL grows", "redirect_invalid",
             [](RawConnection& peer) {
               peer.send(moved(path_of(peer.read_request()) + std::string(2000, 'a')));
             }),
      served("redirects", "redirects that take 100 ms each", "timeout",
             [](RawConnection& peer) {
               peer.read_request();
               peer.drip(moved("/").substr(0, 2), 50ms);
               peer.send(moved("/").substr(2));
             }),
      leads_to("a redirect to cloud metadata", "blocked_address",
               "http://169.254.169.254/latest/meta-data/"),
      leads_to("a redirect to cloud metadata in IPv6", "blocked_address",
               "http://[::ffff:169.254.169.254]/"),
      leads_to("a redirect to cloud metadata in one number", "blocked_address",
               "http://2852039166/"),
      leads_to("a redirect to the unspecified address", "blocked_address", "http://0.0.0.0/"),
      leads_to("a redirect to file:", "redirect_invalid", "file:///etc/passwd"),
      leads_to("a redirect to javascript:", "redirect_invalid", "javascript:alert(1)"),
      leads_to("a redirect to gopher:", "redirect_invalid", "gopher://127.0.0.1:25/_HELO"),
      leads_to("a redirect to nothing that is a URL", "redirect_invalid", "http://[::1"),
      leads_to("a location of 90 KB", "redirect_invalid", "/" + std::string(90'000, 'l')),
      leads_to("a location of 1 MB", "header_too_large", "/" + std::string(1 << 20, 'l')),
      {"redirects", "a redirect to a name that leads to cloud metadata", "blocked_address",
       [](Scene& scene) {
         auto names = std::make_shared<UdpResponder>([](const DnsQuestion& question) {
           if (question.type != 1) return dns_reply(question, 0);
           return dns_addresses(question, {"169.254.169.254"}, 1);
         });
         scene.client.dns_servers = {names->address()};
         auto server = std::make_shared<HostileServer>(answers(moved("http://rebound.test/")));
         scene.action.url = server->url();
         scene.servers = {names, server};
       }},
  };
}

}  // namespace picket::test
