#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/command.h"
#include "cli/controller/api_client.h"
#include "cli/render/json_text.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

struct AgentOptions {
  std::string region;
  std::string valid_for{"24h"};
  std::string agent;  // REGION/NAME
  std::string output{"text"};
};

int print_agents(Session& session, const Result<Json>& document, const AgentOptions& options) {
  if (!document) return report(session, document.error());
  if (options.output == "json") {
    session.out << document->dump(2) << '\n';
    return kFine;
  }
  for (const Json& agent : (*document)["agents"]) {
    const bool revoked = agent.value("revoked", false);
    const char* state = revoked                          ? "revoked"
                        : agent.value("draining", false) ? "draining"
                        : agent.value("online", false)   ? "online"
                                                         : "OFFLINE";
    session.out << fmt::format("{:<18} {:<24} {:<8} last seen {:<25} {}\n",
                               text_of(agent, "region"), text_of(agent, "name"), state,
                               text_of(agent, "last_seen"), text_of(agent, "version"));
  }
  for (const Json& token : (*document)["open_tokens"])
    session.out << fmt::format("{:<18} join token not used yet, expires {}\n",
                               text_of(token, "region"), text_of(token, "expires"));
  if ((*document)["agents"].empty())
    session.err << "no agents yet: picket agents token create --region REGION\n";
  return kFine;
}

int list(Session& session, const AgentOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  return print_agents(session, client->get("/api/v1/agents"), options);
}

int create_token(Session& session, const AgentOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  const Json body{{"region", options.region}, {"valid_for", options.valid_for}};
  const auto document = client->post("/api/v1/agents/tokens", body);
  if (!document) return report(session, document.error());
  if (options.output == "json") {
    session.out << document->dump(2) << '\n';
    return kFine;
  }
  session.out << text_of(*document, "token") << '\n';
  session.err << fmt::format(
      "for one agent in {}, until {}; put it into the file that the agent's "
      "join_token_file names\n",
      text_of(*document, "region"), text_of(*document, "expires"));
  return kFine;
}

int revoke(Session& session, const AgentOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  const auto parts = split(options.agent, '/');
  if (parts.size() != 2)
    return report(session, Error{ErrorCode::invalid_argument, "an agent is REGION/NAME", {}});
  const Json body{{"region", parts[0]}, {"name", parts[1]}};
  return print_agents(session, client->post("/api/v1/agents/revoke", body), options);
}

}  // namespace

void add_agents(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<AgentOptions>();
  CLI::App* command = app.add_subcommand("agents", "List agents, let them join, revoke them");
  command->require_subcommand(0, 1);
  add_output(*command, options->output);
  CLI::App* token = command->add_subcommand("token", "Join tokens");
  token->require_subcommand(1);
  CLI::App* create = token->add_subcommand("create", "Make a join token for one agent, once");
  create->add_option("--region", options->region, "the agent's region")->required();
  create->add_option("--valid-for", options->valid_for, "how long it may be used, 1m to 30d")
      ->capture_default_str();
  add_output(*create, options->output);
  CLI::App* refuse = command->add_subcommand("revoke", "Refuse an agent from now on");
  refuse->add_option("agent", options->agent, "REGION/NAME")->required();
  command->callback([options, create, refuse, &chosen] {
    const auto action = create->parsed() ? create_token : refuse->parsed() ? revoke : list;
    chosen = [options, action](Session& session) { return action(session, *options); };
  });
}

}  // namespace picket::cli
