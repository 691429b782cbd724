#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/checks/decoders.h"
#include "common/checks/expect_keys.h"
#include "common/checks/expect_parts.h"
#include "common/checks/formats.h"
#include "common/checks/scalar.h"
#include "common/core/text.h"
#include "common/model/facts.h"
#include "common/model/jsonpath.h"

namespace picket::checks {
namespace {

constexpr StatusRange kDefaultStatus{200, 399};
constexpr StatusRange kUpgraded{101, 101};
constexpr const char* kPlainKey =
    "what is looked at is a plain text: compare with a reference, as in {equals: ${{ capture.id "
    "}}}";

// 200, 2xx, 200-299.
std::optional<StatusRange> parse_status(const Node& node) {
  if (node.kind != NodeKind::scalar) return std::nullopt;
  const std::string& text = node.text;
  const auto is_code = [](std::string_view code) {
    return code.size() == 3 && code[0] >= '1' && code[0] <= '5' &&
           std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (is_code(text)) return StatusRange{std::stoi(text), std::stoi(text)};
  if (text.size() == 3 && text[0] >= '1' && text[0] <= '5' && text.ends_with("xx"))
    return StatusRange{(text[0] - '0') * 100, (text[0] - '0') * 100 + 99};
  if (text.size() != 7 || text[3] != '-') return std::nullopt;
  const std::string low = text.substr(0, 3);
  const std::string high = text.substr(4);
  if (!is_code(low) || !is_code(high) || low > high) return std::nullopt;
  return StatusRange{std::stoi(low), std::stoi(high)};
}

Operand operand_of(FactOperand operand) {
  switch (operand) {
    case FactOperand::text: return Operand::texts;
    case FactOperand::json: return Operand::json;
    case FactOperand::number: return Operand::number;
    case FactOperand::duration: return Operand::duration;
    case FactOperand::size: return Operand::size;
    case FactOperand::flag: return Operand::flag;
    case FactOperand::version: return Operand::version;
  }
  return Operand::texts;
}

class ExpectDecoder {
 public:
  ExpectDecoder(CheckContext& context, std::string_view kind) : context_(context), kind_(kind) {}

  std::vector<Expectation> take() { return std::move(out_); }

  void decode(const Node& node, bool warn) {
    const Fields fields(context_.report, node, expect_keys(kind_));
    warn_ = warn;
    if (node.is_map() && node.entries.empty())
      context_.report.add("E0111", node.at, "`expect` expects nothing").help =
          "remove it, or write for example expect: {status: 200}";
    for (const Entry& entry : node.entries) decode_entry(entry);
    const Entry* soft = fields.find("warn");
    if (soft == nullptr) return;
    if (warn)
      context_.report.add("E0113", soft->at, "`warn` stands inside of `warn`");
    else
      decode(*soft->value, true);
  }

 private:
  void decode_entry(const Entry& entry) {
    const std::string& key = entry.key;
    const Node& node = *entry.value;
    const KeyRow* row = expect_keys(kind_).find(key);
    if (row == nullptr || row->later || key == "warn") return;  // Fields has spoken
    if (key == "same_across_regions") return refuse_under_warn(entry);
    if (key == "same_as_origin") return decode_same_as_origin(entry);
    if (key == "pop") return decode_pop(entry);
    if (check_keys("expect").find(key) == nullptr) return decode_fact(key, entry);
    if (key == "status") return decode_status(entry);
    if (key == "http_version") return decode_one(Subject::http_version, entry, Operand::text);
    if (key == "body") return decode_one(Subject::body, entry, Operand::text);
    if (key == "duration") return decode_one(Subject::duration, entry, Operand::duration);
    if (key == "size") return decode_one(Subject::size, entry, Operand::size);
    if (key == "headers") return decode_map(Subject::header, key, node, Operand::text);
    if (key == "cookies") return decode_map(Subject::cookie, key, node, Operand::text);
    if (key == "jsonpath") return decode_map(Subject::jsonpath, key, node, Operand::json);
    if (key == "css") return decode_map(Subject::css, key, node, Operand::texts);
    if (key == "xpath") return decode_map(Subject::xpath, key, node, Operand::json);
    if (key == "phases") decode_phases(node);
  }

  Expectation make(Subject subject, std::string key, const Mark& at) const {
    Expectation expectation;
    expectation.subject = subject;
    expectation.key = std::move(key);
    expectation.warn = warn_;
    expectation.at = context_.report.position(at);
    return expectation;
  }

  void decode_status(const Entry& entry) {
    Expectation expectation = make(Subject::status, {}, entry.at);
    if (entry.value->kind != NodeKind::sequence) add_status(*entry.value, expectation);
    for (const NodePtr& item : entry.value->items) add_status(*item, expectation);
    if (entry.value->kind == NodeKind::sequence && entry.value->items.empty())
      context_.report.add("E0111", entry.value->at, "no status can be in an empty list");
    out_.push_back(std::move(expectation));
  }

  void add_status(const Node& node, Expectation& expectation) {
    const auto range = parse_status(node);
    if (range) {
      expectation.status.push_back(*range);
      return;
    }
    context_.report.add("E0111", node.at, "not a status").help =
        "write 200, 2xx, 200-299, or a list of those (100 to 599)";
  }

  void decode_one(Subject subject, const Entry& entry, Operand operand) {
    Expectation expectation = make(subject, {}, entry.at);
    expectation.matchers = decode_matchers(context_, entry.key, *entry.value, operand);
    if (!expectation.matchers.empty()) out_.push_back(std::move(expectation));
  }

  bool is_empty(std::string_view name, const Node& node) {
    if (!node.is_map() || !node.entries.empty()) return false;
    context_.report.add("E0111", node.at, fmt::format("`{}` expects nothing", name)).help =
        "remove it, or write what it is to show";
    return true;
  }

  void decode_map(Subject subject, std::string_view name, const Node& node, Operand operand) {
    if (is_empty(name, node)) return;
    for (const Entry& entry : entries_of(context_.report, name, node)) {
      if (!key_is_good(subject, entry)) continue;
      Expectation expectation = make(subject, entry.key, entry.at);
      if (decode_words(entry, operand, expectation)) out_.push_back(std::move(expectation));
    }
  }

  bool decode_words(const Entry& entry, Operand operand, Expectation& out) {
    if (out.subject == Subject::cookie)
      return decode_cookie(context_, entry.key, *entry.value, out);
    if (out.subject == Subject::css) return decode_elements(context_, entry.key, *entry.value, out);
    out.matchers = decode_matchers(context_, entry.key, *entry.value, operand);
    return !out.matchers.empty();
  }

  // Conditions of the round are read by decode_round.
  void refuse_under_warn(const Entry& entry) {
    if (warn_)
      context_.report
          .add("E0113", entry.at, fmt::format("`{}` has no place under `warn`", entry.key))
          .note = "over all regions it makes the check degraded in any case";
  }

  void decode_pop(const Entry& entry) {
    const Entry* near = entry.value->find("near_region");
    if (near == nullptr) return decode_fact(entry.key, entry);
    refuse_under_warn(*near);
    Node rest = *entry.value;
    std::erase_if(rest.entries, [](const Entry& one) { return one.key == "near_region"; });
    if (rest.entries.empty()) return;
    decode_fact(entry.key, Entry{entry.at, entry.key, std::make_shared<const Node>(rest)});
  }

  // A list of what must be the same; written as a map it is judged as facts are.
  void decode_same_as_origin(const Entry& entry) {
    const Node& node = *entry.value;
    if (node.kind != NodeKind::scalar && node.items.empty() && node.entries.empty())
      context_.report.add("E0111", entry.at, "`same_as_origin` names nothing").help =
          "for example same_as_origin: [etag, body.sha256]";
    for (const NodePtr& item : node.items) add_same(entry.key, *item);
    if (node.kind == NodeKind::scalar) add_same(entry.key, node);
    bool good = !node.entries.empty();
    for (const Entry& one : node.entries) good = is_compared(one.at, one.key) && good;
    if (good) decode_fact(entry.key, entry);
  }

  void add_same(const std::string& key, const Node& node) {
    const auto name = read_text(context_.report, key, node);
    if (!name || !is_compared(node.at, *name)) return;
    Expectation expectation = make(Subject::fact, key + "." + *name, node.at);
    Matcher same;
    same.operand = std::string{"same"};
    same.at = context_.report.position(node.at);
    expectation.matchers.push_back(std::move(same));
    out_.push_back(std::move(expectation));
  }

  bool is_compared(const Mark& at, const std::string& name) {
    if (is_response_fact(name)) return true;
    context_.report
        .add("E0111", at, fmt::format("`{}` is not compared with the origin", cut_utf8(name, 60)))
        .help = "body.sha256, etag, status or header.NAME";
    return false;
  }

  // A fact, or a group of facts whose names go on inside of it.
  void decode_fact(const std::string& name, const Entry& entry) {
    const FactRow* fact = find_fact(kind_, name);
    const std::vector<std::string> keys = fact_keys(kind_, name);
    const auto is_known = [&](const std::string& key) {
      return std::find(keys.begin(), keys.end(), key) != keys.end() ||
             std::find(keys.begin(), keys.end(), "*") != keys.end();
    };
    const std::vector<Entry>& inner = entry.value->entries;
    const bool group = std::any_of(inner.begin(), inner.end(),
                                   [&](const Entry& one) { return is_known(one.key); });
    if (fact != nullptr && !group) {
      Expectation expectation = make(Subject::fact, name, entry.at);
      expectation.matchers =
          decode_matchers(context_, entry.key, *entry.value, operand_of(fact->operand));
      if (!expectation.matchers.empty()) out_.push_back(std::move(expectation));
      return;
    }
    if (is_empty(entry.key, *entry.value)) return;
    if (inner.empty()) add_wrong_type(context_.report, entry.key, *entry.value, "a map");
    for (const Entry& one : inner) {
      if (!context_.references.refuse_key(one, kPlainKey)) continue;
      if (is_known(one.key))
        decode_fact(name + "." + one.key, one);
      else
        refuse_fact(name, one, keys);
    }
  }

  void refuse_fact(const std::string& group, const Entry& entry,
                   const std::vector<std::string>& keys) {
    Diagnostic& mistake = context_.report.add(
        "E0107", entry.at, fmt::format("unknown key `{}`", cut_utf8(entry.key, 60)));
    const std::string near = did_you_mean(entry.key, keys);
    if (!near.empty()) mistake.note = fmt::format("did you mean `{}`?", near);
    mistake.help = fmt::format("`{}` has {}", group, fmt::join(keys, ", "));
  }

  bool key_is_good(Subject subject, const Entry& entry) {
    if (!context_.references.refuse_key(entry, kPlainKey)) return false;
    if (subject == Subject::jsonpath) {
      const auto path = JsonPath::parse(entry.key);
      if (!path) context_.report.add("E0205", entry.at, path.error().message);
      return path.has_value();
    }
    if (subject == Subject::css) return check_css(context_.report, entry.at, entry.key);
    if (subject == Subject::xpath) return check_xpath(context_.report, entry.at, entry.key);
    if (subject == Subject::cookie) return true;
    if (is_header_name(entry.key)) return true;
    context_.report.add("E0111", entry.at,
                        fmt::format("`{}` is no name of a header", cut_utf8(entry.key, 60)));
    return false;
  }

  void decode_phases(const Node& node) {
    if (is_empty("phases", node)) return;
    const Fields fields(context_.report, node, check_keys("phases"));
    for (const Entry& entry : node.entries) {
      if (check_keys("phases").find(entry.key) == nullptr) continue;
      Expectation expectation = make(Subject::phase, entry.key, entry.at);
      expectation.matchers = decode_matchers(context_, entry.key, *entry.value, Operand::duration);
      if (!expectation.matchers.empty()) out_.push_back(std::move(expectation));
    }
  }

  CheckContext& context_;
  std::string_view kind_;
  std::vector<Expectation> out_;
  bool warn_{false};
};

}  // namespace

std::vector<Expectation> decode_expect(CheckContext& context, const Node* node,
                                       const ExpectOptions& options) {
  ExpectDecoder decoder(context, options.kind);
  if (node != nullptr) decoder.decode(*node, false);
  std::vector<Expectation> out = decoder.take();
  const bool has_status = std::any_of(out.begin(), out.end(), [](const Expectation& one) {
    return one.subject == Subject::status && !one.warn;
  });
  if (has_status || !traits_of(options.kind).status) return out;
  Expectation status;
  const bool upgrades = options.kind == WebSocketAction::kKind;
  status.status.push_back(upgrades ? kUpgraded : kDefaultStatus);
  status.at = context.report.position(options.at);
  out.insert(out.begin(), std::move(status));
  return out;
}

}  // namespace picket::checks
