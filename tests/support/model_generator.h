// Random but valid model values for property tests: everything that the wire promises to carry,
// with the edges (empty, longest word lists, every enumerator) more often than chance would.
// Repeats from its Random; one thread.
#pragma once

#include "common/core/random.h"
#include "common/model/check.h"
#include "common/model/run.h"

namespace picket::test {

class ModelGenerator {
 public:
  explicit ModelGenerator(Random random) : random_(random) {}

  Check check();
  RunResult run();
  AttemptFailed attempt_failed();
  MissedSlot missed();

  std::string text();  // valid UTF-8 of 0 to 24 bytes
  std::string name();  // printable, never empty

 private:
  template <class Fn>
  auto several(std::size_t most, Fn one) {
    std::vector<decltype(one())> out;
    for (auto n = random_.below(most + 1); n > 0; --n) out.push_back(one());
    return out;
  }
  template <class Enum>
  Enum any(Enum last) {
    return static_cast<Enum>(random_.below(static_cast<std::uint64_t>(last) + 1));
  }
  bool coin() { return random_.chance(0.5); }
  int number(int low, int high);
  Pairs pairs();
  std::map<std::string, std::string> map();
  SourcePosition position();
  WallTime time();
  Nanos span();
  std::string hex(std::size_t digits);
  Value value();
  Matcher matcher(int depth);
  Expectation expectation();
  Capture capture();
  HttpAction http();
  CdnAction cdn();
  DnsAction dns();
  IcmpAction icmp();
  GrpcAction grpc();
  OAuthAction oauth();
  PageAction page();
  Endpoint endpoint();
  TlsClient tls_client();
  std::vector<DialogueTurn> turns();
  TlsAction tls_action();
  TcpAction tcp();
  WebSocketAction websocket();
  Step step();
  Threshold threshold();
  Alert alert();
  Slo slo();
  MaintenanceWindow maintenance();
  RunKey key();
  Failure failure();
  TlsFacts tls();
  RequestEvidence evidence();
  RequestResult request();
  StepResult step_result();
  Attempt attempt();

  Random random_;
};

}  // namespace picket::test
