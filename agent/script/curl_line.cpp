#include "agent/script/curl_line.h"

#include <algorithm>

#include "agent/script/shell_words.h"
#include "common/core/text.h"
#include "common/http/target.h"

namespace picket::agent {
namespace {

using Pieces = std::vector<Redactor::Piece>;

// One word; neighbours of one kind are quoted together.
std::string quote_pieces(const Pieces& pieces) {
  std::string out;
  std::string plain;
  for (const Redactor::Piece& piece : pieces) {
    if (!piece.is_shell) {
      plain += piece.text;
      continue;
    }
    if (!plain.empty()) out += shell_quote(plain);
    plain.clear();
    out += piece.text;
  }
  if (!plain.empty()) out += shell_quote(plain);
  return out.empty() ? "''" : out;
}

void append(Pieces& pieces, const Pieces& more) {
  pieces.insert(pieces.end(), more.begin(), more.end());
}

bool holds_shell(const Pieces& pieces) {
  return std::any_of(pieces.begin(), pieces.end(),
                     [](const Redactor::Piece& piece) { return piece.is_shell; });
}

Redactor::Piece plain(std::string text) { return {std::move(text), false}; }
Redactor::Piece variable(const std::string& name) { return {"\"$" + name + "\"", true}; }

// The pieces of a header, cut at each ";" that no secret holds.
std::vector<Pieces> cookie_pairs(const std::string& header, const Redactor& redactor) {
  std::vector<Pieces> pairs(1);
  for (Redactor::Piece& piece : redactor.pieces(header)) {
    if (piece.is_shell) {
      pairs.back().push_back(std::move(piece));
      continue;
    }
    const auto parts = split(piece.text, ';');
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (i > 0) pairs.emplace_back();
      const std::string_view text = i > 0 ? trim_ascii(parts[i]) : std::string_view{parts[i]};
      if (!text.empty()) pairs.back().push_back(plain(std::string{text}));
    }
  }
  return pairs;
}

// Every value of a cookie header is a secret.
Pieces cookie_pieces(const std::string& header, const Redactor& redactor) {
  Pieces out;
  for (Pieces& pair : cookie_pairs(header, redactor)) {
    if (!out.empty()) out.push_back(plain("; "));
    if (holds_shell(pair) || pair.empty()) {
      append(out, pair);
      continue;
    }
    const std::string& text = pair.front().text;
    const std::string name = text.substr(0, text.find('='));
    out.push_back(plain(name + "="));
    out.push_back(variable("COOKIE_" + variable_name(name)));
  }
  return out;
}

Pieces authorization_pieces(const std::string& value, const Redactor& redactor) {
  Pieces known = redactor.pieces(value);
  if (holds_shell(known)) return known;
  const auto space = value.find(' ');
  Pieces out;
  if (space != std::string::npos) out.push_back(plain(value.substr(0, space + 1)));
  out.push_back(variable("AUTHORIZATION"));
  return out;
}

// curl sends an empty header for "name;" and drops it for "name:".
std::string header_word(const std::string& name, const std::string& value,
                        const Redactor& redactor) {
  Pieces word = redactor.pieces(name);
  word.push_back(plain(value.empty() ? ";" : ": "));
  if (value.empty()) return quote_pieces(word);
  if (iequals_ascii(name, "cookie"))
    append(word, cookie_pieces(value, redactor));
  else if (iequals_ascii(name, "authorization") || iequals_ascii(name, "proxy-authorization"))
    append(word, authorization_pieces(value, redactor));
  else
    append(word, redactor.pieces(value));
  return quote_pieces(word);
}

void add_options(const http::Request& request, const Redactor& redactor, std::string& line) {
  if (request.method == "HEAD")
    line += " --head";
  else if (request.method != "GET" || !request.body.empty())
    line += " -X " + quote_pieces(redactor.pieces(request.method));
  if (request.http_version == http::HttpVersion::http1_1) line += " --http1.1";
  if (request.http_version == http::HttpVersion::http2) line += " --http2";
  if (request.ip_version == http::IpVersion::v4) line += " -4";
  if (request.ip_version == http::IpVersion::v6) line += " -6";
  if (request.compression) line += " --compressed";
  if (request.tls.insecure) line += " -k";
}

// A file that holds the text, for options that want one.
std::string text_file(const std::string& text, const Redactor& redactor) {
  return "<(printf %s " + quote_pieces(redactor.pieces(text)) + ")";
}

std::string login(const http::Credentials& credentials, const Redactor& redactor) {
  return quote_pieces(redactor.pieces(credentials.user + ":" + credentials.password));
}

// Where the request goes when that is not what its URL says.
void add_route(const http::Request& request, const Redactor& redactor, std::string& line) {
  if (!request.proxy.empty()) line += " -x " + quote_pieces(redactor.pieces(request.proxy));
  if (!request.proxy_login.user.empty()) line += " -U " + login(request.proxy_login, redactor);
  if (request.digest) line += " --digest -u " + login(*request.digest, redactor);
  if (!request.address.empty()) {
    const bool six = request.address.find(':') != std::string::npos;
    line += " --connect-to " +
            shell_quote("::" + (six ? "[" + request.address + "]" : request.address) + ":");
  }
  if (!request.tls.certificate_pem.empty())
    line += " --cert " + text_file(request.tls.certificate_pem, redactor);
  if (!request.tls.ca_pem.empty()) line += " --cacert " + text_file(request.tls.ca_pem, redactor);
}

// Under another server name: the URL has it, the connection goes to the URL's own host.
std::string add_server_name(const http::Request& request, std::string& line) {
  const auto target = http::parse_target(request.url);
  if (request.tls.server_name.empty() || !target) return request.url;
  if (request.address.empty()) line += " --connect-to " + shell_quote("::" + target->host + ":");
  if (!http::find_header(request.headers, "host"))
    line += " -H " + shell_quote("host: " + target->authority);
  return http::with_host(request.url, request.tls.server_name);
}

}  // namespace

std::string render_curl(const http::Request& request, const Redactor& redactor) {
  std::string line = "curl -sS -i -g";
  add_options(request, redactor, line);
  add_route(request, redactor, line);
  const std::string url = add_server_name(request, line);
  line += " " + quote_pieces(redactor.pieces(url));
  for (const auto& [name, value] : request.headers)
    line += " -H " + header_word(name, value, redactor);
  const bool inlined =
      request.body.size() <= kInlineBodyMax && request.body.find('\0') == std::string::npos;
  if (!request.body.empty() && inlined)
    line += " --data-raw " + quote_pieces(redactor.pieces(request.body));
  if (!request.body.empty() && !inlined) line += " --data-binary @BODY_FILE";
  return line;
}

}  // namespace picket::agent
