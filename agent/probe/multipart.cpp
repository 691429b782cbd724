#include "agent/probe/multipart.h"

#include "common/core/digest.h"
#include "common/core/hex.h"

namespace picket::agent {
namespace {

constexpr std::size_t kBoundaryDigits = 32;

std::string quoted(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"')
      out += "%22";
    else if (c == '\r')
      out += "%0D";
    else if (c == '\n')
      out += "%0A";
    else
      out += c;
  }
  return '"' + out + '"';
}

// Printable lines of 64 bytes, cut at `bytes`.
std::string generated(std::uint64_t bytes) {
  std::string line;
  for (char c = '0'; line.size() < 63; ++c) line += c;
  line += '\n';
  std::string out;
  out.reserve(bytes);
  while (out.size() < bytes)
    out.append(line, 0, std::min<std::size_t>(line.size(), bytes - out.size()));
  return out;
}

std::string head_of(const BodyPart& part) {
  std::string head = "Content-Disposition: form-data; name=" + quoted(part.name);
  if (!part.filename.empty()) head += "; filename=" + quoted(part.filename);
  const bool file = !part.filename.empty();
  const std::string type =
      part.content_type.empty() && file ? "application/octet-stream" : part.content_type;
  if (!type.empty()) head += "\r\nContent-Type: " + type;
  return head + "\r\n\r\n";
}

Result<std::string> content_of(const BodyPart& part) {
  switch (part.kind) {
    case BodyPart::Kind::text: return part.value;
    case BodyPart::Kind::generated: return generated(part.bytes);
    case BodyPart::Kind::base64: break;
  }
  auto bytes = from_base64(part.value);
  if (!bytes) return fail(ErrorCode::invalid_argument, "multipart: " + part.name + ": not base64");
  return std::move(*bytes);
}

}  // namespace

Result<Multipart> make_multipart(const std::vector<BodyPart>& parts) {
  std::string inner;
  std::vector<std::string> pieces;
  for (const BodyPart& part : parts) {
    auto content = content_of(part);
    if (!content) return fail(content.error());
    pieces.push_back(head_of(part) + std::move(*content));
    inner += sha256(pieces.back());
  }
  // A digest of the content cannot stand in it, but by an accident of 1 in 2^128.
  const std::string boundary = "picket-" + sha256_hex(inner).substr(0, kBoundaryDigits);
  Multipart out;
  out.content_type = "multipart/form-data; boundary=" + boundary;
  for (const std::string& piece : pieces) out.body += "--" + boundary + "\r\n" + piece + "\r\n";
  out.body += "--" + boundary + "--\r\n";
  return out;
}

}  // namespace picket::agent
