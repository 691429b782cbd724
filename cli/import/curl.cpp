// Command lines of curl, as people paste them and as browsers copy them.
#include <fmt/format.h>

#include <map>

#include "cli/import/import.h"
#include "cli/import/request.h"
#include "cli/import/shell_words.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

using Words = std::vector<std::string>;

const std::map<std::string, std::string> kLong{
    {"-X", "--request"},    {"-H", "--header"},      {"-d", "--data"},
    {"-u", "--user"},       {"-k", "--insecure"},    {"-L", "--location"},
    {"-m", "--max-time"},   {"-b", "--cookie"},      {"-A", "--user-agent"},
    {"-e", "--referer"},    {"-x", "--proxy"},       {"-I", "--head"},
    {"-G", "--get"},        {"-F", "--form"},        {"-0", "--http1.0"},
    {"-4", "--ipv4"},       {"-6", "--ipv6"},        {"-E", "--cert"},
    {"-o", "--output"},     {"-w", "--write-out"},   {"-s", "--silent"},
    {"-S", "--show-error"}, {"-f", "--fail"},        {"-i", "--include"},
    {"-v", "--verbose"},    {"-c", "--cookie-jar"},  {"-O", "--remote-name"},
    {"-N", "--no-buffer"},  {"-T", "--upload-file"}, {"-D", "--dump-header"},
    {"-g", "--globoff"},    {"-C", "--continue-at"}, {"-U", "--proxy-user"},
    {"-K", "--config"},     {"-r", "--range"}};
// Options with a value that change nothing of what is asked.
const std::map<std::string, bool> kTakesValue{{"--request", true},
                                              {"--header", true},
                                              {"--data", true},
                                              {"--data-raw", true},
                                              {"--data-ascii", true},
                                              {"--data-binary", true},
                                              {"--data-urlencode", true},
                                              {"--json", true},
                                              {"--user", true},
                                              {"--max-time", true},
                                              {"--connect-timeout", true},
                                              {"--cookie", true},
                                              {"--user-agent", true},
                                              {"--referer", true},
                                              {"--proxy", true},
                                              {"--form", true},
                                              {"--cert", true},
                                              {"--key", true},
                                              {"--cacert", true},
                                              {"--resolve", true},
                                              {"--connect-to", true},
                                              {"--url", true},
                                              {"--max-redirs", true},
                                              {"--output", true},
                                              {"--write-out", true},
                                              {"--cookie-jar", true},
                                              {"--upload-file", true},
                                              {"--dump-header", true},
                                              {"--retry", true},
                                              {"--retry-delay", true},
                                              {"--oauth2-bearer", true},
                                              {"--proxy-user", true},
                                              {"--config", true},
                                              {"--range", true},
                                              {"--continue-at", true},
                                              {"--interface", true},
                                              {"--ciphers", true},
                                              {"--limit-rate", true},
                                              {"--form-string", true},
                                              {"--capath", true},
                                              {"--pass", true},
                                              {"--unix-socket", true},
                                              {"--aws-sigv4", true},
                                              {"--tls-max", true}};
constexpr std::string_view kIgnored =
    " --silent --show-error --include --verbose --output --write-out --no-buffer --globoff"
    " --remote-name --dump-header --cookie-jar --connect-timeout --fail --compressed --http1.0"
    " --progress-bar --no-progress-meter --retry --retry-delay --fail-with-body --tlsv1.2 "
    "--path-as-is ";

struct CurlCommand {
  Request request;
  std::string data;
  bool has_data{false};
  bool get{false};
  double timeout{0};
  std::vector<std::pair<std::string, std::string>> resolve;  // "host:port", address
  std::vector<std::string> todos;
};

void add_data(CurlCommand& command, const std::string& option, const std::string& value) {
  if (option != "--data-raw" && option != "--json" && value.starts_with("@")) {
    command.todos.push_back("the body was read from the file " + value.substr(1));
    return;
  }
  if (command.has_data && option != "--json") command.data += '&';
  command.has_data = true;
  command.data += value;
  if (option == "--data-urlencode")
    command.todos.push_back("--data-urlencode: check that it is encoded");
}

void apply_value(CurlCommand& command, const std::string& option, const std::string& value) {
  Request& request = command.request;
  if (option == "--form" || option == "--form-string") {
    command.todos.push_back("the part " + value.substr(0, value.find('=')) +
                            " of a multipart body");
    command.has_data = true;
  } else if (option == "--request")
    request.method = value;
  else if (option == "--header") {
    const std::size_t colon = value.find(':');
    if (colon == value.npos)
      command.todos.push_back("a header without a colon");
    else
      request.headers.emplace_back(value.substr(0, colon), trim_ascii(value.substr(colon + 1)));
  } else if (option.starts_with("--data") || option == "--json") {
    add_data(command, option, value);
    if (option == "--json") request.headers.emplace_back("content-type", "application/json");
  } else if (option == "--user") {
    request.username = value.substr(0, value.find(':'));
    request.password = value.find(':') == value.npos ? "" : value.substr(value.find(':') + 1);
  } else if (option == "--oauth2-bearer")
    request.bearer = value;
  else if (option == "--max-time")
    command.timeout = seconds_from_go(value + "s").value_or(0);
  else if (option == "--cookie") {
    if (value.find('=') == value.npos)
      command.todos.push_back("cookies were read from the file " + value);
    else
      request.headers.emplace_back("cookie", value);
  } else if (option == "--user-agent")
    request.headers.emplace_back("user-agent", value);
  else if (option == "--referer")
    request.headers.emplace_back("referer", value);
  else if (option == "--proxy")
    request.proxy = value.find("://") == value.npos ? "http://" + value : value;
  else if (option == "--url")
    request.url = value;
  else if (option == "--max-redirs")
    request.redirects = static_cast<int>(seconds_from_go(value + "s").value_or(10));
  else if (option == "--resolve") {
    const auto parts = split(value.substr(value.starts_with("+") ? 1 : 0), ':');
    const std::size_t second = parts.size() < 3 ? 0 : parts[0].size() + parts[1].size() + 2;
    std::string address = value.substr(value.starts_with("+") ? second + 1 : second);
    address = address.substr(0, address.find(','));
    if (address.starts_with("[") && address.ends_with("]"))
      address = address.substr(1, address.size() - 2);
    if (second > 0) command.resolve.emplace_back(parts[0] + ":" + parts[1], address);
  } else if (kIgnored.find(" " + option + " ") == kIgnored.npos) {
    const bool shows = option == "--cacert" || option == "--connect-to" || option == "--ciphers" ||
                       option == "--upload-file" || option == "--range" || option == "--interface";
    command.todos.push_back(shows ? option + " " + cut_utf8(value, 120) : option);
  }
}

void apply_flag(CurlCommand& command, const std::string& option) {
  Request& request = command.request;
  if (option == "--insecure")
    request.insecure = true;
  else if (option == "--location" || option == "--location-trusted")
    request.follow_redirects = true;
  else if (option == "--head")
    request.method = "HEAD";
  else if (option == "--get")
    command.get = true;
  else if (option == "--digest")
    request.digest = true;
  else if (option == "--http1.1")
    request.http_version = "1.1";
  else if (option == "--http2")
    request.http_version = "2";
  else if (option == "--ipv4")
    request.ip_version = "4";
  else if (option == "--ipv6")
    request.ip_version = "6";
  else if (kIgnored.find(" " + option + " ") == kIgnored.npos)
    command.todos.push_back("the option " + option);
}

Error without_value(const std::string& place, const std::string& option) {
  return {ErrorCode::invalid_argument,
          fmt::format("{}: {} wants a value", place, clean_line(option)), ""};
}

// -sSLk: each letter is an option, and the first that has a value takes the rest, or the next word.
Status apply_letters(const std::string& place, const Words& words, std::size_t& at,
                     CurlCommand& command) {
  const std::string& word = words[at];
  for (std::size_t letter = 1; letter < word.size(); ++letter) {
    const auto known = kLong.find(std::string("-") + word[letter]);
    const std::string option =
        known == kLong.end() ? std::string("-") + word[letter] : known->second;
    if (!kTakesValue.contains(option)) {
      apply_flag(command, option);
      continue;
    }
    if (letter + 1 == word.size() && at + 1 >= words.size())
      return fail(without_value(place, word));
    apply_value(command, option, letter + 1 < word.size() ? word.substr(letter + 1) : words[++at]);
    return {};
  }
  return {};
}

Status parse_command(const std::string& place, const Words& words, CurlCommand& command) {
  for (std::size_t at = 1; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (!word.starts_with("-") || word == "-") {
      if (command.request.url.empty())
        command.request.url = word;
      else
        command.todos.push_back("a second URL");
    } else if (!word.starts_with("--")) {
      if (const Status applied = apply_letters(place, words, at, command); !applied) return applied;
    } else if (!kTakesValue.contains(word)) {
      apply_flag(command, word);
    } else if (at + 1 >= words.size()) {
      return fail(without_value(place, word));
    } else {
      ++at;
      apply_value(command, word, words[at]);
    }
  }
  if (command.request.url.empty())
    return fail(ErrorCode::invalid_argument, place + ": a curl command without a URL");
  return {};
}

void put_command(Draft& draft, CurlCommand& command) {
  Request& request = command.request;
  if (request.url.find("://") == std::string::npos) request.url = "http://" + request.url;
  if (command.get && command.has_data)
    request.url += (request.url.find('?') == std::string::npos ? "?" : "&") + command.data;
  else if (command.has_data && request.method.empty())
    request.method = "POST";
  if (!command.get) request.body = command.data;
  bool typed = false;
  for (const auto& [name, value] : request.headers)
    typed = typed || iequals_ascii(name, "content-type");
  if (command.has_data && !typed && !command.data.empty() && !command.get)
    request.headers.emplace_back("content-type", "application/x-www-form-urlencoded");
  if (!request.follow_redirects)
    request.follow_redirects = false;  // curl does not without -L
  else if (*request.follow_redirects)
    request.follow_redirects.reset();
  const std::size_t start = request.url.find("://") + 3;
  const std::string after = request.url.substr(start);
  std::string host = after.substr(0, after.find_first_of("/?#"));
  if (const std::size_t at = host.rfind('@'); at != host.npos) host = host.substr(at + 1);
  for (const auto& [name, address] : command.resolve)
    if (name.substr(0, name.find(':')) == host.substr(0, host.find(':'))) request.address = address;
  request.todos = command.todos;
  std::string path = after.find('/') == after.npos ? "" : after.substr(after.find('/'));
  path = path.substr(0, path.find_first_of("?#"));
  Json& check = draft.add_check(host + (path.size() > 1 ? path : ""));
  check["interval"] = draft.interval();
  if (command.timeout > 0) check["timeout"] = duration_text(command.timeout);
  put_http(draft, check, check["name"].get<std::string>(), request);
}

}  // namespace

Result<Imported> import_curl(const ImportOptions& options, const std::string& text) {
  const auto commands = split_commands(options.file, text);
  if (!commands) return fail(commands.error());
  Draft draft(options);
  for (const ShellCommand& one : *commands) {
    const std::string place = fmt::format("{}:{}", options.file, one.line);
    const std::string program = one.words[0].substr(one.words[0].rfind('/') + 1);
    if (program != "curl" && program != "curl.exe") {
      if (commands->size() > 1) continue;  // a pipe into jq, ..
      return fail(ErrorCode::invalid_argument,
                  fmt::format("{}: no curl command: {}", place, clean_line(one.words[0])));
    }
    CurlCommand command;
    if (const Status right = parse_command(place, one.words, command); !right)
      return fail(right.error());
    put_command(draft, command);
  }
  return draft.finish();
}

}  // namespace picket::cli
