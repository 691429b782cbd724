#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands/command.h"
#include "cli/controller/api_client.h"
#include "cli/render/json_text.h"

namespace picket::cli {
namespace {

using Json = nlohmann::ordered_json;

struct SilenceOptions {
  std::vector<std::string> matchers;
  std::string duration;
  std::string from;
  std::string comment;
  std::string by;
  std::string id;
  bool all{false};
  int days{14};
  std::string check;
  std::string output{"text"};
};

void print_line(std::ostream& out, const Json& silence) {
  const char* state = silence.value("active", false)    ? "active"
                      : silence.value("pending", false) ? "later"
                                                        : "over";
  std::vector<std::string> matchers;
  for (const Json& matcher : silence["matchers"]) matchers.push_back(matcher.get<std::string>());
  out << fmt::format("{}  {:<6} {} to {}  {}  by {}: {}\n", text_of(silence, "id"), state,
                     text_of(silence, "from"), text_of(silence, "until"), fmt::join(matchers, " "),
                     text_of(silence, "author"), text_of(silence, "comment"));
}

int list(Session& session, const SilenceOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  const auto document = client->get(options.all ? "/api/v1/silences?all=true" : "/api/v1/silences");
  if (!document) return report(session, document.error());
  if (options.output == "json") {
    session.out << document->dump(2) << '\n';
    return kFine;
  }
  for (const Json& silence : (*document)["silences"]) print_line(session.out, silence);
  if ((*document)["silences"].empty()) session.err << "no silences\n";
  return kFine;
}

int add(Session& session, const SilenceOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  Json body{{"matchers", options.matchers},
            {"author", options.by},
            {"comment", options.comment},
            {"duration", options.duration}};
  if (!options.from.empty()) body["from"] = options.from;
  const auto document = client->post("/api/v1/silences", body);
  if (!document) return report(session, document.error());
  if (options.output == "json")
    session.out << document->dump(2) << '\n';
  else
    print_line(session.out, (*document)["silence"]);
  return kFine;
}

int end(Session& session, const SilenceOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  const std::string path = fmt::format("/api/v1/silences/{}/end", percent_encode(options.id));
  const auto document = client->post(path, Json{{"by", options.by}});
  if (!document) return report(session, document.error());
  if (options.output == "json")
    session.out << document->dump(2) << '\n';
  else
    session.out << "silence " << text_of(*document, "ended") << " is over\n";
  return kFine;
}

// "window" with its checks, or "silence" with its matchers.
void print_span(std::ostream& out, const Json& span) {
  const Json& silence = span["silence"];
  std::vector<std::string> of;
  for (const Json& one : silence.is_null() ? span["checks"] : silence["matchers"])
    of.push_back(one.get<std::string>());
  out << fmt::format("{:<7} {:<6} {} to {}  {}{}  {}\n", text_of(span, "kind"),
                     span.value("active", false) ? "active" : "later", text_of(span, "begin"),
                     text_of(span, "end"), fmt::join(of, " "),
                     silence.is_null() ? "" : "  by " + text_of(silence, "author"),
                     text_of(span, "reason"));
}

int upcoming(Session& session, const SilenceOptions& options) {
  const auto client = ApiClient::create(session.controller);
  if (!client) return report(session, client.error());
  std::string path = fmt::format("/api/v1/maintenance?days={}", options.days);
  if (!options.check.empty()) path += "&check=" + percent_encode(options.check);
  const auto document = client->get(path);
  if (!document) return report(session, document.error());
  if (options.output == "json") {
    session.out << document->dump(2) << '\n';
    return kFine;
  }
  const Json& spans = (*document)["spans"];
  for (const Json& span : spans) print_span(session.out, span);
  if (spans.empty()) session.err << "nothing is planned\n";
  if (document->value("more", false))
    session.err << "only the first " << spans.size() << " are listed\n";
  return kFine;
}

}  // namespace

void add_silence(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<SilenceOptions>();
  CLI::App* command =
      app.add_subcommand("silence", "Keep pages of matching incidents back for a while");
  command->require_subcommand(1, 1);
  options->by = current_user();
  CLI::App* listing = command->add_subcommand("list", "Silences that hold now or later");
  listing->add_flag("--all", options->all, "those that are over too");
  CLI::App* adding = command->add_subcommand(
      "add",
      "Silence incidents that match all of these: owner=payments, check=~shop-.*, tag!=tier-1");
  adding
      ->add_option("matchers", options->matchers,
                   "NAME=VALUE, !=, =~PATTERN or !~PATTERN; names: check owner service subject "
                   "condition severity alert tag label.NAME")
      ->required();
  adding->add_option("--for", options->duration, "how long, 1m to 90d")->required();
  adding->add_option("--comment", options->comment, "why")->required();
  adding->add_option("--from", options->from, "when it begins, RFC 3339; default: now");
  adding->add_option("--by", options->by, "who; default: $USER");
  CLI::App* ending = command->add_subcommand("end", "End a silence before its time");
  ending->add_option("id", options->id, "its id")->required();
  ending->add_option("--by", options->by, "who; default: $USER");
  CLI::App* coming = command->add_subcommand(
      "upcoming", "Maintenance windows that hold or come, and silences that come");
  coming->add_option("--days", options->days, "from now on, 1 to 366")->capture_default_str();
  coming->add_option("--check", options->check, "its windows, and silences that match it");
  for (CLI::App* one : {listing, adding, ending, coming}) add_output(*one, options->output);
  command->callback([options, adding, ending, coming, &chosen] {
    const auto what = adding->parsed()   ? add
                      : ending->parsed() ? end
                      : coming->parsed() ? upcoming
                                         : list;
    chosen = [options, what](Session& session) { return what(session, *options); };
  });
}

}  // namespace picket::cli
