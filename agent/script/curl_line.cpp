#include "agent/script/curl_line.h"

#include <algorithm>

#include "agent/script/shell_words.h"
#include "common/core/text.h"

namespace picket::agent {
namespace {

std::string quote_pieces(const std::vector<Redactor::Piece>& pieces) {
  std::string out;
  for (const Redactor::Piece& piece : pieces)
    out += piece.is_shell ? piece.text : shell_quote(piece.text);
  return out.empty() ? "''" : out;
}

std::string variable(const std::string& name) { return "\"$" + name + "\""; }

// Every value of a cookie header is a secret.
std::string cookie_words(const std::string& header, const Redactor& redactor) {
  std::string out;
  for (const std::string& raw : split(header, ';')) {
    const std::string_view pair = trim_ascii(raw);
    const auto equals = pair.find('=');
    const std::string name{pair.substr(0, equals)};
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    const auto pieces = redactor.pieces(value);
    const bool known = std::any_of(pieces.begin(), pieces.end(),
                                   [](const Redactor::Piece& piece) { return piece.is_shell; });
    out += shell_quote((out.empty() ? "" : "; ") + name + "=");
    out += known ? quote_pieces(pieces) : variable("COOKIE_" + variable_name(name));
  }
  return out;
}

std::string authorization_words(const std::string& value, const Redactor& redactor) {
  const auto pieces = redactor.pieces(value);
  const bool known = std::any_of(pieces.begin(), pieces.end(),
                                 [](const Redactor::Piece& piece) { return piece.is_shell; });
  if (known) return quote_pieces(pieces);
  const auto space = value.find(' ');
  const std::string scheme = space == std::string::npos ? "" : value.substr(0, space + 1);
  return (scheme.empty() ? "" : shell_quote(scheme)) + variable("AUTHORIZATION");
}

// curl sends an empty header for "name;" and drops it for "name:".
std::string header_word(const std::string& name, const std::string& value,
                        const Redactor& redactor) {
  if (value.empty()) return shell_quote(name + ";");
  const std::string start = shell_quote(name + ": ");
  if (iequals_ascii(name, "cookie")) return start + cookie_words(value, redactor);
  if (iequals_ascii(name, "authorization") || iequals_ascii(name, "proxy-authorization"))
    return start + authorization_words(value, redactor);
  return start + quote_pieces(redactor.pieces(value));
}

void add_options(const http::Request& request, std::string& line) {
  if (request.method == "HEAD")
    line += " --head";
  else if (request.method != "GET" || !request.body.empty())
    line += " -X " + shell_quote(request.method);
  if (request.http_version == http::HttpVersion::http1_1) line += " --http1.1";
  if (request.http_version == http::HttpVersion::http2) line += " --http2";
  if (request.ip_version == http::IpVersion::v4) line += " -4";
  if (request.ip_version == http::IpVersion::v6) line += " -6";
  if (request.compression) line += " --compressed";
  if (request.tls.insecure) line += " -k";
}

}  // namespace

std::string render_curl(const http::Request& request, const Redactor& redactor) {
  std::string line = "curl -sS -i -g";
  add_options(request, line);
  line += " " + quote_pieces(redactor.pieces(request.url));
  for (const auto& [name, value] : request.headers)
    line += " -H " + header_word(name, value, redactor);
  const bool inlined = request.body.size() <= kInlineBodyMax &&
                       request.body.find('\0') == std::string::npos;
  if (!request.body.empty() && inlined)
    line += " --data-raw " + quote_pieces(redactor.pieces(request.body));
  if (!request.body.empty() && !inlined) line += " --data-binary @BODY_FILE";
  return line;
}

}  // namespace picket::agent
