// Command lines of curl, as people paste them and as browsers copy them.
#include <fmt/format.h>

#include <algorithm>

#include "cli/import/curl_options.h"
#include "cli/import/import.h"
#include "cli/import/request.h"
#include "cli/import/shell_words.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

using Words = std::vector<std::string>;

// A word that is no option, and what stood before it if that is one that we do not know.
struct Word {
  std::string text;
  std::string option;
};

struct CurlCommand {
  Request request;
  std::vector<Word> words;
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

void apply_value(CurlCommand& command, const std::string& given, const std::string& value) {
  Request& request = command.request;
  const bool expands = given.starts_with("--expand-");  // variables of curl's own
  const std::string option = expands ? "--" + given.substr(9) : given;
  if (expands) command.todos.push_back(given + ": a variable stands in it");
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
    command.words.push_back({value, ""});
  else if (option == "--url-query")
    command.todos.push_back("--url-query " + value.substr(0, value.find_first_of("=@")));
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
  } else if (!is_silent_curl_option(option)) {
    command.todos.push_back(is_public_curl_option(option) ? option + " " + cut_utf8(value, 120)
                                                          : option);
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
  else if (!is_silent_curl_option(option))
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
    const std::string option = long_curl_option(std::string("-") + word[letter]);
    if (!takes_curl_value(option)) {
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

// The word with a scheme is the URL, before one with a dot or a slash: the value of an option that
// we do not know may stand before it. All others are told.
void choose_url(CurlCommand& command) {
  const auto rank = [](const Word& word) {
    if (word.text.find("://") != std::string::npos) return 0;
    return word.text.find_first_of("./:") != std::string::npos ? 1 : 2;
  };
  const auto url =
      std::min_element(command.words.begin(), command.words.end(),
                       [&](const Word& a, const Word& b) { return rank(a) < rank(b); });
  command.request.url = url->text;
  for (auto other = command.words.begin(); other != command.words.end(); ++other) {
    if (other == url) continue;
    const bool hides = is_secret_name(other->option);
    const std::string shown = hides ? "" : " " + cut_utf8(public_part(other->text), 120);
    command.todos.push_back(other->option.empty() ? "a second URL:" + shown
                                                  : "the word" + shown + " after " + other->option);
  }
}

Status parse_command(const std::string& place, const Words& words, CurlCommand& command) {
  bool options = true;  // until `--`
  for (std::size_t at = 1; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (options && word == "--") {
      options = false;
    } else if (!options || !word.starts_with("-") || word == "-") {
      const std::string& before = words[at - 1];
      const bool unknown = options && before.starts_with("--") && !is_silent_curl_option(before);
      command.words.push_back({word, unknown && !takes_curl_value(before) ? before : ""});
    } else if (!word.starts_with("--")) {
      if (const Status applied = apply_letters(place, words, at, command); !applied) return applied;
    } else if (!takes_curl_value(word)) {
      apply_flag(command, word);
    } else if (at + 1 >= words.size()) {
      return fail(without_value(place, word));
    } else {
      ++at;
      apply_value(command, word, words[at]);
    }
  }
  if (command.words.empty())
    return fail(ErrorCode::invalid_argument, place + ": a curl command without a URL");
  choose_url(command);
  return {};
}

// What stands between `--next` and `--next` is a request of its own.
std::vector<Words> split_requests(const Words& words) {
  std::vector<Words> requests{{words[0]}};
  for (std::size_t at = 1; at < words.size(); ++at)
    if (words[at] == "--next" || words[at] == "-:")
      requests.push_back({words[0]});
    else
      requests.back().push_back(words[at]);
  return requests;
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
    for (const Words& words : split_requests(one.words)) {
      CurlCommand command;
      if (const Status right = parse_command(place, words, command); !right)
        return fail(right.error());
      put_command(draft, command);
    }
  }
  return draft.finish();
}

}  // namespace picket::cli
