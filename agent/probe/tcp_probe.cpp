#include "agent/probe/tcp_probe.h"

#include "agent/probe/endpoint_hop.h"
#include "common/core/text.h"
#include "common/model/pattern.h"

namespace picket::agent {
namespace {

constexpr std::size_t kShownMax = 160;

std::string shown(std::string_view text) {
  return "`" + cut_utf8(clean_line(trim_ascii(text)), kShownMax) + "`";
}

// One conversation; the coroutine run_tcp owns it.
class TcpProbe {
 public:
  TcpProbe(TcpAction action, const ProbeContext& context)
      : action_(std::move(action)), context_(context) {}

  async::Task<Result<ProbeOutcome>> run();

 private:
  async::Task<Status> start_tls(Connection& connection);
  async::Task<Status> hear_refusal(Connection& connection);
  async::Task<Status> talk(Connection& connection);
  // Reads until `is_enough` of what came since `from`, or sets the failure.
  template <class IsEnough>
  async::Task<Status> read(Connection& connection, std::size_t from, IsEnough is_enough,
                           std::string wanted);
  async::Task<Status> read_last(Connection& connection);
  async::Task<Status> say(Connection& connection, std::string words);
  void note_first_byte();
  std::string command() const;

  http::Exchange& exchange() { return hop_.exchange; }

  TcpAction action_;
  const ProbeContext& context_;
  HostPort at_;
  Hop hop_;
  MonoTime said_at_;
  bool has_first_byte_{false};
  bool ended_{false};
};

std::string TcpProbe::command() const {
  if (!action_.tls) return "nc -v " + shell_word(at_.host) + " " + std::to_string(at_.port);
  const std::string name = action_.tls->server_name.empty() ? at_.host : action_.tls->server_name;
  return "openssl s_client -quiet -connect " + shell_word(render(at_)) + " -servername " +
         shell_word(name);
}

async::Task<Status> TcpProbe::start_tls(Connection& connection) {
  TlsSettings settings = settings_of(*action_.tls, at_);
  auto report = co_await connection.start_tls(std::move(settings), context_.deadline);
  if (!report) co_return fail(report.error());
  take_report(*report, hop_);
  co_return Status{};
}

async::Task<Status> TcpProbe::hear_refusal(Connection& connection) {
  auto refused = co_await connection.hear_refusal(context_.deadline);
  if (!refused) co_return fail(refused.error());
  exchange().failure = std::move(*refused);
  co_return Status{};
}

void TcpProbe::note_first_byte() {
  if (has_first_byte_ || exchange().body.empty()) return;
  has_first_byte_ = true;
  exchange().phases.wait = context_.ports.clock.now() - said_at_;
}

template <class IsEnough>
async::Task<Status> TcpProbe::read(Connection& connection, std::size_t from, IsEnough is_enough,
                                   std::string wanted) {
  std::string& body = exchange().body;
  const auto is_there = [&] { return is_enough(std::string_view{body}.substr(from)); };
  // A flood is looked at whenever it has grown by an eighth, not with every packet of it: that
  // would be quadratic.
  std::size_t seen = 0;
  const auto is_over = [&] {
    const bool is_full = body.size() >= action_.receive_bytes_max;
    if (!is_full && body.size() < seen + seen / 8 && connection.has_more()) return false;
    seen = body.size();
    return is_there();
  };
  while (!exchange().failure && !is_over()) {
    if (body.size() >= action_.receive_bytes_max) {
      exchange().failure = Failure{FailureKind::body_too_large,
                                   "more than " + std::to_string(action_.receive_bytes_max) +
                                       " bytes came without " + wanted,
                                   {}};
      break;
    }
    auto more =
        co_await connection.read_some(action_.receive_bytes_max - body.size(), context_.deadline);
    if (!more) co_return fail(more.error());
    body += more->bytes;
    note_first_byte();
    ended_ = ended_ || more->ended;
    if (!more->failure && !more->ended) continue;
    if (is_there()) break;
    exchange().failure = std::move(more->failure);
    if (more->ended)
      exchange().failure = Failure{FailureKind::connection_closed,
                                   std::string(summary_of(FailureKind::connection_closed)) +
                                       " at " + connection.remote() + ": wanted " + wanted,
                                   {}};
  }
  // Silence is a timeout; words that were not the wanted ones are something else.
  const bool has_words = body.size() > from && exchange().failure &&
                         exchange().failure->kind != FailureKind::body_too_large &&
                         exchange().failure->kind != FailureKind::connect_reset;
  if (has_words)
    exchange().failure =
        Failure{FailureKind::tcp_unexpected,
                "wanted " + wanted + ", got " + shown(std::string_view{body}.substr(from)),
                {}};
  co_return Status{};
}

async::Task<Status> TcpProbe::say(Connection& connection, std::string words) {
  if (words.empty()) co_return Status{};
  if (!has_first_byte_) said_at_ = context_.ports.clock.now();
  auto written = co_await connection.write(std::move(words), context_.deadline);
  if (!written) co_return fail(written.error());
  exchange().request_written = !*written;
  exchange().failure = std::move(*written);
  co_return Status{};
}

async::Task<Status> TcpProbe::read_last(Connection& connection) {
  const std::size_t from = exchange().body.size();
  switch (action_.reading) {
    case Reading::nothing: break;
    case Reading::line: {
      const auto has_line = [](std::string_view text) {
        return text.find('\n') != std::string_view::npos;
      };
      co_return co_await read(connection, from, has_line, "a line");
    }
    case Reading::until: {
      const Pattern pattern(action_.until);
      const auto matches = [&pattern](std::string_view text) { return pattern.found_in(text); };
      co_return co_await read(connection, from, matches, "a match of " + shown(action_.until));
    }
    case Reading::all: {
      const auto is_over = [this](std::string_view) { return ended_; };
      co_return co_await read(connection, from, is_over, "the end");
    }
  }
  co_return Status{};
}

async::Task<Status> TcpProbe::talk(Connection& connection) {
  said_at_ = context_.ports.clock.now();
  std::size_t from = 0;
  for (const DialogueTurn& turn : action_.dialogue) {
    if (!turn.expect.empty()) {
      const Pattern pattern(turn.expect);
      const auto matches = [&pattern](std::string_view text) { return pattern.found_in(text); };
      auto done = co_await read(connection, from, matches, "a match of " + shown(turn.expect));
      if (!done || exchange().failure) co_return done;
    }
    from = exchange().body.size();
    auto said = co_await say(connection, turn.send);
    if (!said || exchange().failure) co_return said;
  }
  co_return co_await read_last(connection);
}

async::Task<Result<ProbeOutcome>> TcpProbe::run() {
  EndpointOptions options{.protocol = "TCP"};
  Endpoint endpoint = action_.endpoint;
  auto opened = co_await open_endpoint(std::move(endpoint), std::move(options), context_);
  if (!opened) co_return fail(opened.error());
  hop_ = std::move(opened->hop);
  at_ = opened->at;
  if (at_.port != 0) hop_.command = command();
  Status done;
  Connection* connection = opened->connection.get();
  if (connection != nullptr && action_.tls) done = co_await start_tls(*connection);
  const MonoTime start = context_.ports.clock.now();
  if (done && connection != nullptr && !exchange().failure) {
    done = co_await talk(*connection);
    const Nanos talked = context_.ports.clock.now() - start;
    Phases& phases = exchange().phases;
    if (!has_first_byte_) phases.wait = talked;
    phases.transfer = std::max(Nanos{0}, talked - phases.wait);
  }
  // A peer that has spoken has taken the certificate.
  if (done && action_.tls && connection != nullptr && !exchange().failure &&
      exchange().body.empty())
    done = co_await hear_refusal(*connection);
  if (!done) co_return fail(done.error());
  exchange().body_bytes = exchange().body.size();
  finish(hop_);
  ProbeOutcome outcome;
  outcome.facts["failed_addresses"] =
      Found::scalar(static_cast<std::int64_t>(opened->failed.size()));
  outcome.failure = exchange().failure;
  outcome.hops.push_back(std::move(hop_));
  co_return outcome;
}

}  // namespace

async::Task<Result<ProbeOutcome>> run_tcp(TcpAction action, const ProbeContext& context) {
  TcpProbe probe(std::move(action), context);
  co_return co_await probe.run();
}

}  // namespace picket::agent
