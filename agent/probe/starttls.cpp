#include "agent/probe/starttls.h"

#include <algorithm>
#include <array>

#include "common/core/text.h"

namespace picket::agent {
namespace {

using Outcome = Result<std::optional<Failure>>;

constexpr std::size_t kLineMax = 4096;
constexpr int kLinesMax = 100;
constexpr std::size_t kShownMax = 160;
constexpr std::size_t kBerMax = 4096;
constexpr char kBerSequence = 0x30;

// RFC 4511, 4.14.1: an ExtendedRequest with this OID, as message 1.
constexpr std::string_view kLdapRequest{
    "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
    "1.3.6.1.4.1.1466.20037",
    31};
// PostgreSQL's protocol, "SSLRequest": length 8, code 80877103.
constexpr std::string_view kPostgresRequest{"\0\0\0\x08\x04\xd2\x16\x2f", 8};

Failure refused(const std::string& what, std::string_view answer) {
  std::string message = std::string(summary_of(FailureKind::tls_starttls_refused)) + ": " + what;
  if (!answer.empty())
    message += ", got `" + cut_utf8(clean_line(trim_ascii(answer)), kShownMax) + "`";
  return {FailureKind::tls_starttls_refused, std::move(message), {}};
}

// A conversation in lines.
class Lines {
 public:
  Lines(Connection& connection, Deadline deadline, std::string& transcript)
      : connection_(connection), deadline_(deadline), transcript_(transcript) {}

  // The next line, with its end; empty with `failure` set.
  async::Task<Result<std::string>> read() {
    auto received = co_await connection_.read_until("\n", kLineMax, deadline_);
    if (!received) co_return fail(received.error());
    transcript_ += received->bytes;
    failure = std::move(received->failure);
    if (received->ended)
      failure = Failure{FailureKind::connection_closed,
                        std::string(summary_of(FailureKind::connection_closed)) +
                            " (before TLS) at " + connection_.remote(),
                        {}};
    co_return failure ? std::string{} : std::move(received->bytes);
  }

  async::Task<Status> say(std::string words) {
    auto written = co_await connection_.write(std::move(words), deadline_);
    if (!written) co_return fail(written.error());
    failure = std::move(*written);
    co_return Status{};
  }

  // Reads lines until one starts with `last`; all of them together. `others` must start the lines
  // before: empty for any.
  async::Task<Result<std::string>> read_to(std::string last, std::string others) {
    std::string all;
    for (int i = 0; i < kLinesMax; ++i) {
      auto line = co_await read();
      if (!line || failure) co_return line;
      all += *line;
      if (line->starts_with(last)) co_return all;
      if (!line->starts_with(others)) break;
    }
    failure = refused("wanted `" + std::string(trim_ascii(last)) + "`", all);
    co_return all;
  }

  // Says something and reads the answer to it.
  async::Task<Result<std::string>> ask(std::string words, std::string last, std::string others) {
    auto said = co_await say(std::move(words));
    if (!said) co_return fail(said.error());
    if (failure) co_return std::string{};
    co_return co_await read_to(std::move(last), std::move(others));
  }

  std::optional<Failure> failure;

 private:
  Connection& connection_;
  Deadline deadline_;
  std::string& transcript_;
};

async::Task<Outcome> smtp(Lines lines) {
  auto answer = co_await lines.read_to("220 ", "220-");
  if (answer && !lines.failure) answer = co_await lines.ask("EHLO picket\r\n", "250 ", "250-");
  if (!answer) co_return fail(answer.error());
  if (!lines.failure && to_lower_ascii(*answer).find("starttls") == std::string::npos)
    co_return refused("the server does not offer STARTTLS", *answer);
  if (!lines.failure) answer = co_await lines.ask("STARTTLS\r\n", "220 ", "220-");
  if (!answer) co_return fail(answer.error());
  co_return lines.failure;
}

async::Task<Outcome> imap(Lines lines) {
  auto answer = co_await lines.read_to("* OK", "* ");
  if (answer && !lines.failure) answer = co_await lines.ask("a1 STARTTLS\r\n", "a1 OK", "* ");
  if (!answer) co_return fail(answer.error());
  co_return lines.failure;
}

async::Task<Outcome> pop3(Lines lines) {
  auto answer = co_await lines.read_to("+OK", "\n");
  if (answer && !lines.failure) answer = co_await lines.ask("STLS\r\n", "+OK", "\n");
  if (!answer) co_return fail(answer.error());
  co_return lines.failure;
}

// Says `request` and reads until `is_complete` of what came.
template <class IsComplete>
async::Task<Result<Received>> exchange(Connection& connection, std::string request,
                                       Deadline deadline, IsComplete is_complete) {
  Received all;
  auto written = co_await connection.write(std::move(request), deadline);
  if (!written) co_return fail(written.error());
  all.failure = std::move(*written);
  while (!all.failure && !is_complete(all.bytes)) {
    // Not a byte too many: the next ones are the handshake's.
    auto more = co_await connection.read_some(1, deadline);
    if (!more) co_return fail(more.error());
    all.bytes += more->bytes;
    all.failure = std::move(more->failure);
    if (more->ended)
      all.failure = Failure{FailureKind::connection_closed,
                            std::string(summary_of(FailureKind::connection_closed)) +
                                " (before TLS) at " + connection.remote(),
                            {}};
  }
  co_return all;
}

async::Task<Outcome> postgres(Connection& connection, Deadline deadline, std::string& transcript) {
  const auto any = [](const std::string& bytes) { return !bytes.empty(); };
  auto answer = co_await exchange(connection, std::string(kPostgresRequest), deadline, any);
  if (!answer) co_return fail(answer.error());
  transcript += answer->bytes;
  if (answer->failure) co_return answer->failure;
  if (answer->bytes == "S") co_return std::optional<Failure>{};
  co_return refused("wanted `S`", answer->bytes);
}

async::Task<Outcome> ldap(Connection& connection, Deadline deadline, std::string& transcript) {
  const auto whole = [](const std::string& bytes) {
    const std::size_t size = ber_size(bytes);
    if (!bytes.empty() && bytes.front() != kBerSequence) return true;  // no LDAP
    return (size != 0 && bytes.size() >= size) || bytes.size() >= kBerMax;
  };
  auto answer = co_await exchange(connection, std::string(kLdapRequest), deadline, whole);
  if (!answer) co_return fail(answer.error());
  transcript += answer->bytes;
  if (answer->failure) co_return answer->failure;
  const auto code = ldap_result(answer->bytes);
  if (!code) co_return refused("the answer is no extended response of LDAP", {});
  if (*code == 0) co_return std::optional<Failure>{};
  co_return refused("LDAP result code " + std::to_string(*code), {});
}

struct Element {
  unsigned char tag;
  std::string_view content;
  std::string_view rest;
};

// One BER element with a definite length.
std::optional<Element> read_element(std::string_view bytes) {
  const std::size_t size = ber_size(bytes);
  if (size == 0 || size > bytes.size()) return std::nullopt;
  const auto length = static_cast<unsigned char>(bytes[1]);
  const std::size_t header = 2 + (length < 0x80 ? 0U : length & 0x7fU);
  return Element{static_cast<unsigned char>(bytes[0]), bytes.substr(header, size - header),
                 bytes.substr(size)};
}

}  // namespace

std::size_t ber_size(std::string_view bytes) {
  if (bytes.size() < 2) return 0;
  const auto first = static_cast<unsigned char>(bytes[1]);
  if (first < 0x80) return 2 + std::size_t{first};
  const std::size_t count = first & 0x7fU;
  if (count == 0 || count > 4) return kBerMax;  // endless or absurd: whoever asks gives up there
  if (bytes.size() < 2 + count) return 0;
  std::size_t length = 0;
  for (std::size_t i = 0; i < count; ++i)
    length = length << 8U | static_cast<unsigned char>(bytes[2 + i]);
  return std::min(2 + count + length, kBerMax);
}

std::optional<int> ldap_result(std::string_view message) {
  constexpr unsigned char kInteger = 0x02;
  constexpr unsigned char kExtendedResponse = 0x78;
  constexpr unsigned char kEnumerated = 0x0a;
  const auto envelope = read_element(message);
  if (!envelope || envelope->tag != kBerSequence) return std::nullopt;
  const auto id = read_element(envelope->content);
  if (!id || id->tag != kInteger) return std::nullopt;
  const auto response = read_element(id->rest);
  if (!response || response->tag != kExtendedResponse) return std::nullopt;
  const auto code = read_element(response->content);
  if (!code || code->tag != kEnumerated || code->content.size() != 1) return std::nullopt;
  return static_cast<unsigned char>(code->content[0]);
}

async::Task<Result<std::optional<Failure>>> run_starttls(std::string protocol,
                                                         Connection& connection, Deadline deadline,
                                                         std::string& transcript) {
  Lines lines(connection, deadline, transcript);
  if (protocol == "smtp") co_return co_await smtp(lines);
  if (protocol == "imap") co_return co_await imap(lines);
  if (protocol == "pop3") co_return co_await pop3(lines);
  if (protocol == "postgres") co_return co_await postgres(connection, deadline, transcript);
  if (protocol == "ldap") co_return co_await ldap(connection, deadline, transcript);
  co_return std::optional<Failure>{};
}

}  // namespace picket::agent
