#include "agent/probe/dns_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "agent/dns/name_servers.h"
#include "common/core/text.h"

namespace picket::agent {
namespace {

using Texts = std::set<std::string>;

bool has(const std::vector<std::string>& judged, std::string_view name) {
  return std::find(judged.begin(), judged.end(), name) != judged.end();
}

Texts rdata_of(const DnsAsked& one, std::string_view type) {
  Texts out;
  for (const DnsRecord& record : one.reply.message.answers)
    if (record.type == type) out.insert(record.rdata);
  return out;
}

std::string joined(const Texts& texts) { return fmt::format("{}", fmt::join(texts, ", ")); }

Found list_of(const Texts& texts) {
  if (texts.empty()) return Found::absent();
  if (texts.size() > 1) return Found::list({texts.begin(), texts.end()});
  Found found = Found::scalar(*texts.begin());
  found.several = true;
  return found;
}

// "ns1.example. host.example. 2026 60 ..." has the serial third.
std::optional<std::int64_t> serial_of(const DnsAsked& one) {
  for (const std::string& soa : rdata_of(one, "SOA")) {
    const auto parts = split(soa, ' ');
    std::int64_t serial = 0;
    if (parts.size() < 3) continue;
    const char* end = parts[2].data() + parts[2].size();
    const auto read = std::from_chars(parts[2].data(), end, serial);
    if (read.ec == std::errc{} && read.ptr == end) return serial;
  }
  return std::nullopt;
}

// Which servers say what, the answer of most first: "a.test, b.test: 1; c.test: 2".
struct Views {
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;  // what, who

  void add(const std::string& what, const std::string& who) {
    for (auto& [text, names] : groups)
      if (text == what) return names.push_back(who);
    groups.push_back({what, {who}});
  }
  std::string render() {
    std::stable_sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) {
      return a.second.size() > b.second.size();
    });
    std::string out;
    for (const auto& [text, names] : groups)
      out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", fmt::join(names, ", "), text);
    return out;
  }
};

Found agreement(Views views) {
  Found found = Found::scalar(views.groups.size() == 1);
  if (views.groups.size() > 1) found.note = views.render();
  return found;
}

class Summary {
 public:
  Summary(const DnsAction& action, const DnsQuestion& question, const std::vector<DnsAsked>& asked,
          const std::vector<std::string>& judged)
      : action_(action), question_(question), asked_(asked), judged_(judged) {
    for (const DnsAsked& one : asked)
      if (!one.failure) answered_.push_back(one);
  }

  // `which` becomes the place of the first server that has one.
  std::optional<Failure> failure(std::size_t& which) const;
  Facts facts() const;

 private:
  std::optional<Failure> failure_of(const DnsAsked& one) const;
  std::optional<Failure> code_failure(const DnsAsked& one) const;
  std::optional<Failure> lame_failure(const DnsAsked& one) const;
  void add_records(Facts& facts) const;
  void add_flags(Facts& facts) const;
  void add_agreement(Facts& facts) const;
  bool wants_authority() const { return action_.authoritative || !action_.recursion; }

  const DnsAction& action_;
  const DnsQuestion& question_;
  const std::vector<DnsAsked>& asked_;
  std::vector<DnsAsked> answered_;  // a server without an answer has no facts
  const std::vector<std::string>& judged_;
};

Failure failure_with(FailureKind kind, std::string message) {
  return {.kind = kind, .message = std::move(message), .at = {}};
}

std::optional<Failure> Summary::lame_failure(const DnsAsked& one) const {
  const DnsMessage& message = one.reply.message;
  if (!wants_authority() || has(judged_, "flags.aa")) return std::nullopt;
  if (message.rcode == "REFUSED")
    return failure_with(FailureKind::dns_lame,
                        fmt::format("{} refuses questions about {}", one.label, question_.name));
  if (message.flags.aa) return std::nullopt;
  Texts referral;
  for (const DnsRecord& record : message.authority)
    if (record.type == "NS") referral.insert(record.rdata);
  std::string why = "its answer is without aa";
  if (!referral.empty() && message.answers.empty()) why = "it refers to " + joined(referral);
  return failure_with(FailureKind::dns_lame, fmt::format("{} is not authoritative for {}: {}",
                                                         one.label, question_.name, why));
}

std::optional<Failure> Summary::code_failure(const DnsAsked& one) const {
  const std::string& rcode = one.reply.message.rcode;
  if (rcode == "NOERROR" || has(judged_, "rcode")) return std::nullopt;
  if (one.bogus && has(judged_, "dnssec")) return std::nullopt;
  const std::string what =
      fmt::format("{} answers {} for {} {}", one.label, rcode, question_.name, question_.type);
  if (rcode == "NXDOMAIN") return failure_with(FailureKind::dns_nxdomain, what);
  if (one.bogus)
    return failure_with(FailureKind::dns_bogus,
                        what + ", but answers when DNSSEC validation is switched off");
  if (rcode == "SERVFAIL" || rcode == "REFUSED")
    return failure_with(FailureKind::dns_servfail, what);
  return failure_with(FailureKind::dns_rcode, what);
}

std::optional<Failure> Summary::failure_of(const DnsAsked& one) const {
  if (one.failure) return one.failure;
  const DnsMessage& message = one.reply.message;
  if (message.rcode == "NOERROR" || message.rcode == "REFUSED")
    if (auto lame = lame_failure(one)) return lame;
  if (auto code = code_failure(one)) return code;
  const bool is_empty = rdata_of(one, question_.type).empty();
  if (message.rcode != "NOERROR" || !is_empty || has(judged_, "answers")) return std::nullopt;
  return failure_with(FailureKind::dns_no_data, fmt::format("{} has no {} record for {}", one.label,
                                                            question_.type, question_.name));
}

std::optional<Failure> Summary::failure(std::size_t& which) const {
  std::optional<Failure> first;
  std::size_t failed = 0;
  for (std::size_t i = 0; i < asked_.size(); ++i) {
    auto failure = failure_of(asked_[i]);
    if (!failure) continue;
    ++failed;
    if (first) continue;
    first = std::move(failure);
    which = i;
  }
  if (first && asked_.size() > 1)
    first->message += fmt::format(" ({} of {} servers failed)", failed, asked_.size());
  return first;
}

void Summary::add_records(Facts& facts) const {
  Texts answers;
  Texts cnames;
  Texts authority;
  std::optional<std::int64_t> ttl;
  for (const DnsAsked& one : answered_) {
    answers.merge(rdata_of(one, question_.type));
    cnames.merge(rdata_of(one, "CNAME"));
    for (const DnsRecord& record : one.reply.message.authority)
      authority.insert(record.type + " " + record.rdata);
    for (const DnsRecord& record : one.reply.message.answers)
      ttl = std::min(ttl.value_or(record.ttl), record.ttl);
  }
  facts["answers"] = list_of(answers);
  facts["cname"] = list_of(cnames);
  facts["authority"] = list_of(authority);
  facts["ttl"] = ttl ? Found::scalar(*ttl) : Found::absent();
}

void Summary::add_flags(Facts& facts) const {
  using Flag = bool DnsFlags::*;
  const std::vector<std::pair<std::string, Flag>> flags{{"aa", &DnsFlags::aa},
                                                        {"tc", &DnsFlags::tc},
                                                        {"rd", &DnsFlags::rd},
                                                        {"ra", &DnsFlags::ra},
                                                        {"ad", &DnsFlags::ad}};
  for (const auto& [name, flag] : flags)
    facts["flags." + name] = Found::scalar(
        std::all_of(answered_.begin(), answered_.end(),
                    [flag = flag](const DnsAsked& one) { return one.reply.message.flags.*flag; }));
  facts["truncated"] = Found::scalar(std::any_of(
      asked_.begin(), asked_.end(), [](const DnsAsked& one) { return one.reply.truncated; }));
  if (!action_.dnssec) return;
  Texts states;
  for (const DnsAsked& one : answered_)
    states.insert(one.bogus ? "bogus" : one.reply.message.flags.ad ? "valid" : "insecure");
  facts["dnssec"] = Found::scalar(*states.begin());  // the worst comes first by its name
}

void Summary::add_agreement(Facts& facts) const {
  Views answers;
  Views serials;
  Texts rcodes;
  for (const DnsAsked& one : asked_) {
    if (one.failure) {
      answers.add("no answer", one.label);
      serials.add("no answer", one.label);
      continue;
    }
    const std::string& rcode = one.reply.message.rcode;
    rcodes.insert(rcode);
    const Texts records = rdata_of(one, question_.type);
    answers.add(rcode == "NOERROR" && !records.empty() ? joined(records) : rcode, one.label);
    const auto serial = serial_of(one);
    serials.add(serial ? std::to_string(*serial) : "no serial", one.label);
    if (serial && !facts.contains("serial")) facts["serial"] = Found::scalar(*serial);
    Found duration = Found::scalar(std::chrono::floor<Millis>(one.reply.duration).count());
    duration.unit = "ms";
    facts["server." + one.label + ".duration"] = std::move(duration);
    facts["server." + one.label + ".rcode"] = Found::scalar(rcode);
  }
  facts["rcode"] = list_of(rcodes);
  facts["servers"] = Found::scalar(static_cast<std::int64_t>(asked_.size()));
  if (asked_.size() < 2) return;
  facts["same_across_servers"] = agreement(std::move(answers));
  if (question_.type == "SOA") facts["serial_agreement"] = agreement(std::move(serials));
}

Facts Summary::facts() const {
  Facts facts;
  add_records(facts);
  if (!answered_.empty()) add_flags(facts);
  add_agreement(facts);
  return facts;
}

void render_section(std::string& out, std::string_view title,
                    const std::vector<DnsRecord>& records) {
  if (records.empty()) return;
  out += fmt::format(";; {}\n", title);
  for (const DnsRecord& record : records)
    out += fmt::format("{} {} {} {}\n", record.owner, record.ttl, record.type, record.rdata);
}

}  // namespace

DnsSummary summarize_dns(const DnsAction& action, const DnsQuestion& question,
                         const std::vector<DnsAsked>& asked,
                         const std::vector<std::string>& judged) {
  const Summary summary(action, question, asked, judged);
  DnsSummary out{.facts = summary.facts(), .failure = {}};
  out.failure = summary.failure(out.failed);
  return out;
}

std::string render_dns(const DnsReply& reply) {
  const DnsMessage& message = reply.message;
  const DnsFlags& flags = message.flags;
  std::string out = fmt::format(";; {}, flags:", message.rcode);
  for (const auto& [name, set] :
       std::initializer_list<std::pair<const char*, bool>>{{"aa", flags.aa},
                                                           {"tc", flags.tc},
                                                           {"rd", flags.rd},
                                                           {"ra", flags.ra},
                                                           {"ad", flags.ad},
                                                           {"cd", flags.cd}})
    if (set) out += fmt::format(" {}", name);
  out += fmt::format("; {}{}\n", reply.used_tcp ? "TCP" : "UDP",
                     reply.truncated ? " after a cut answer over UDP" : "");
  render_section(out, "ANSWER", message.answers);
  render_section(out, "AUTHORITY", message.authority);
  return out;
}

}  // namespace picket::agent
