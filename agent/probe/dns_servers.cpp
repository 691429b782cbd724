#include "agent/probe/dns_servers.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "agent/dns/name_servers.h"
#include "common/core/text.h"
#include "common/http/hosts_file.h"

namespace picket::agent {
namespace {

constexpr int kLabelsMax = 20;  // how far up a zone is looked for

std::string without_dot(std::string name) {
  if (name.size() > 1 && name.ends_with('.')) name.pop_back();
  return name;
}

std::string parent_of(const std::string& name) {
  const auto dot = name.find('.');
  return dot == std::string::npos ? std::string{"."} : name.substr(dot + 1);
}

std::set<std::string> name_servers(const DnsMessage& message, const std::string& zone) {
  std::set<std::string> out;
  for (const DnsRecord& record : message.answers)
    if (record.type == "NS" && without_dot(record.owner) == zone)
      out.insert(without_dot(record.rdata));
  return out;
}

DnsServer nobody(std::string label, Failure failure) {
  return {
      .label = std::move(label), .endpoints = {}, .guarded = true, .failure = std::move(failure)};
}

}  // namespace

async::Task<Result<std::vector<DnsServer>>> DnsServers::find(DnsAction action, Deadline deadline) {
  if (action.authoritative) {
    std::string name = action.query;
    co_return co_await authoritative(std::move(name), deadline);
  }
  std::vector<DnsServer> out;
  for (const std::string& text : action.servers) {
    if (out.size() == DnsAction::kServersMax) break;
    std::string copy = text;
    auto server = co_await named(std::move(copy), deadline);
    if (!server) co_return fail(std::move(server.error()));
    out.push_back(std::move(*server));
  }
  co_return out;
}

// One server of a name: its first address, IPv4 before IPv6, as not every agent has the latter.
async::Task<Result<DnsServer>> DnsServers::named(std::string text, Deadline deadline) {
  if (text == DnsAction::kSystem)
    co_return DnsServer{.label = text, .endpoints = ports_.system, .guarded = false, .failure = {}};
  const auto server = parse_server(text);
  if (!server)
    co_return nobody(text, {FailureKind::invalid_request,
                            "`" + cut_utf8(clean_line(text), 120) + "` is no DNS server",
                            {}});
  if (http::is_ip_literal(server->address))
    co_return DnsServer{
        .label = render(*server), .endpoints = {*server}, .guarded = true, .failure = {}};
  auto v4 =
      co_await ports_.network.resolver().resolve(server->address, http::IpVersion::v4, deadline);
  if (v4 && v4->failure)
    v4 =
        co_await ports_.network.resolver().resolve(server->address, http::IpVersion::any, deadline);
  if (!v4) co_return fail(std::move(v4.error()));
  if (v4->failure) {
    v4->failure->message = "the DNS server's own name: " + v4->failure->message;
    co_return nobody(text, std::move(*v4->failure));
  }
  DnsEndpoint endpoint{.address = v4->addresses.front(), .port = server->port};
  co_return DnsServer{
      .label = std::move(text), .endpoints = {std::move(endpoint)}, .guarded = true, .failure = {}};
}

async::Task<Result<DnsReply>> DnsServers::ask_system(DnsQuestion question, Deadline deadline) {
  DnsReply last;
  auto left = static_cast<std::int64_t>(ports_.system.size());
  for (const DnsEndpoint& server : ports_.system) {
    const MonoTime now = clock_.now();
    const Deadline share = deadline.shorten(now, deadline.left(now) / left--);
    DnsQuery query;
    query.question = question;
    query.server = server;
    query.guarded = false;
    auto reply = co_await ports_.client.query(std::move(query), share);
    if (!reply || !reply->failure) co_return reply;
    last = std::move(*reply);
  }
  co_return last;
}

// Asks for the NS records of the name and of its parents until a zone is found.
async::Task<Result<std::vector<DnsServer>>> DnsServers::authoritative(std::string name,
                                                                      Deadline deadline) {
  std::vector<DnsServer> out;
  std::string zone = without_dot(to_lower_ascii(name));
  std::set<std::string> names;
  for (int i = 0; names.empty() && i < kLabelsMax; ++i) {
    DnsQuestion question{.name = zone, .type = "NS"};
    auto reply = co_await ask_system(std::move(question), deadline);
    if (!reply) co_return fail(std::move(reply.error()));
    if (reply->failure) {
      reply->failure->message = "looking for the zone's name servers: " + reply->failure->message;
      out.push_back(nobody("authoritative", std::move(*reply->failure)));
      co_return out;
    }
    names = name_servers(reply->message, zone);
    if (zone == ".") break;
    if (names.empty()) zone = parent_of(zone);
  }
  for (const std::string& server : names) {
    if (out.size() == DnsAction::kServersMax) break;
    std::string text = fmt::format("{}:{}", server, ports_.authoritative_port);
    auto found = co_await named(std::move(text), deadline);
    if (!found) co_return fail(std::move(found.error()));
    found->label = server;
    out.push_back(std::move(*found));
  }
  if (out.empty())
    out.push_back(
        nobody("authoritative",
               {FailureKind::dns_no_data, "no zone above " + name + " has name servers", {}}));
  co_return out;
}

}  // namespace picket::agent
