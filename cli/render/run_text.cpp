#include "cli/render/run_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/render/exchange_text.h"
#include "cli/render/waterfall.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

constexpr std::size_t kLineWidth = 78;
constexpr std::size_t kBodyShown = 160;

// As `expect` writes it, where the table knows the fact's unit.
std::string render_fact(const NamedFact& fact) {
  const auto* whole = std::get_if<std::int64_t>(&fact.value);
  for (const KindTraits& kind : kinds()) {
    const FactRow* row = find_fact(kind.kind, fact.name);
    if (row == nullptr || whole == nullptr) continue;
    if (row->operand == FactOperand::duration) return render_duration(Millis{*whole});
    if (row->operand == FactOperand::size) return fmt::format("{} bytes", *whole);
  }
  const auto* text = std::get_if<std::string>(&fact.value);
  return text != nullptr ? *text : picket::render(fact.value);
}

bool duration_known(const StepResult& step) {
  return std::any_of(step.requests.begin(), step.requests.end(), [](const RequestResult& request) {
    return request.phases.total().count() > 0;
  });
}

// "127.0.0.1 is loopback", also behind the name of a hop: "discovery: 127.0.0.1 is loopback".
std::string blocked_in(const std::string& message) {
  const std::size_t end = std::min(message.find(" is "), message.size());
  const std::size_t space = end == 0 ? std::string::npos : message.rfind(' ', end - 1);
  const std::size_t begin = space == std::string::npos ? 0 : space + 1;
  return message.substr(begin, end - begin);
}

// Writes one block; keeps what all its lines share.
class RunText {
 public:
  RunText(const RunResult& result, const RunTextOptions& options)
      : result_(result), options_(options) {}

  std::string render(bool interrupted);

 private:
  std::string mark(StepStatus status) const { return step_mark(status, options_.style); }
  std::string phases(const StepResult& step) const;
  std::string heading(bool interrupted) const;
  std::string remarks(bool interrupted) const;
  void add_earlier_attempts();
  void add_step(const StepResult& step, bool with_phases);
  void add_failure(const Failure& failure);
  void add_body(const StepResult& step);
  void add_details(const StepResult& step);
  void line(const std::string& text) { out_ += text + '\n'; }

  const RunResult& result_;
  const RunTextOptions& options_;
  std::size_t name_width_{0};
  std::size_t method_width_{0};
  std::string out_;
};

std::string RunText::phases(const StepResult& step) const {
  Phases sum;
  for (const RequestResult& request : step.requests)
    if (!request.beside) sum = sum + request.phases;
  return render_phases(sum, options_.style);
}

std::string RunText::remarks(bool interrupted) const {
  std::string out =
      fmt::format("{}, {}", result_.key.region.value, render_elapsed(result_.duration));
  if (interrupted) return out + ", interrupted";
  if (result_.verdict == RunVerdict::pass_on_retry)
    out += fmt::format(", passed on attempt {}", result_.attempts.size());
  if (result_.verdict == RunVerdict::degraded) out += ", degraded";
  if (result_.verdict == RunVerdict::unknown) out += ", could not be measured";
  return out;
}

std::string RunText::heading(bool interrupted) const {
  const std::string right = remarks(interrupted);
  const std::size_t used = code_points(right);
  const std::size_t room = used + 1 < kLineWidth ? kLineWidth - used - 1 : 0;
  return padded(result_.key.check.value, room) + " " + right;
}

void RunText::add_failure(const Failure& failure) {
  line("      " + failure.message);
  if (failure.at.line != 0)
    line("        --> " + picket::render(failure.at));
  else if (failure.kind == FailureKind::blocked_address)
    line("        = help: if it is meant, allow it: --allow " + blocked_in(failure.message));
  else if (!advice_of(failure.kind).empty())
    line(fmt::format("        = help: {}", advice_of(failure.kind)));
}

void RunText::add_body(const StepResult& step) {
  if (step.requests.empty() || !step.requests.back().evidence) return;
  const std::string& body = step.requests.back().evidence->body_start;
  if (!trim_ascii(body).empty())
    line("      body: " + cut_utf8(clean_line(trim_ascii(body)), kBodyShown));
}

void RunText::add_details(const StepResult& step) {
  for (const RequestResult& request : step.requests)
    out_ += render_exchange(request, result_.attempts.back().started, options_.style);
  for (const NamedFact& fact : step.facts)
    line(fmt::format("      = {}: {}", fact.name, render_fact(fact)));
}

void RunText::add_step(const StepResult& step, bool with_phases) {
  const std::string name = padded(step.name, name_width_);
  if (step.status == StepStatus::skipped) {
    line(fmt::format("  {} {}skipped", mark(step.status), name));
    return;
  }
  std::string text = fmt::format("  {} {}", mark(step.status), name);
  if (step.always) text += "(always) ";
  if (!step.requests.empty()) {
    const RequestResult& last = step.requests.back();
    const std::size_t width = step.always ? 0 : method_width_;
    text += fmt::format(
        "{} {} ", padded(last.method, width),
        last.status == 0 ? (options_.style.unicode ? " – " : " - ") : std::to_string(last.status));
  }
  const std::string elapsed = render_elapsed(step.duration);
  text += step.always ? elapsed : fmt::format("{:>8}", elapsed);
  if (with_phases && duration_known(step)) text += "  " + phases(step);
  line(text);
  for (const Failure& failure : step.failures) add_failure(failure);
  for (const Failure& warning : step.warnings) add_failure(warning);
  if (step.status == StepStatus::failed && !options_.verbose) add_body(step);
  if (options_.verbose) add_details(step);
}

void RunText::add_earlier_attempts() {
  for (std::size_t i = 0; i + 1 < result_.attempts.size(); ++i)
    for (const StepResult& step : result_.attempts[i].steps) {
      if (step.failures.empty()) continue;
      line(fmt::format("  attempt {} failed: step \"{}\": {}", i + 1, step.name,
                       step.failures.front().message));
      break;
    }
}

std::string RunText::render(bool interrupted) {
  line(heading(interrupted));
  add_earlier_attempts();
  if (result_.attempts.empty()) return out_;
  const std::vector<StepResult>& steps = result_.attempts.back().steps;
  for (const StepResult& step : steps) {
    name_width_ = std::max(name_width_, code_points(step.name) + 2);
    if (!step.requests.empty() && !step.always)
      method_width_ = std::max(method_width_, step.requests.back().method.size());
  }
  bool first = true;
  for (const StepResult& step : steps) {
    add_step(step, !options_.verbose && first && !step.requests.empty());
    first = first && step.requests.empty();
  }
  const int columns = options_.style.columns;
  if (options_.waterfall || (options_.verbose && columns >= kWaterfallColumnsMin))
    out_ += render_waterfall(result_.attempts.back(), options_.style);
  return out_;
}

}  // namespace

std::string render_run_text(const RunResult& result, const RunTextOptions& options,
                            bool interrupted) {
  return RunText{result, options}.render(interrupted);
}

std::string render_run_tally(const std::vector<RunResult>& results, std::size_t unfinished) {
  const auto count = [&](RunVerdict verdict) {
    return static_cast<std::size_t>(
        std::count_if(results.begin(), results.end(),
                      [&](const RunResult& result) { return result.verdict == verdict; }));
  };
  std::string out;
  const auto add = [&](std::size_t number, const char* what) {
    if (number != 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", number, what);
  };
  add(count(RunVerdict::fail), "failed");
  add(count(RunVerdict::unknown), "could not be measured");
  add(count(RunVerdict::degraded), "degraded");
  add(count(RunVerdict::pass_on_retry), "passed on a retry");
  add(count(RunVerdict::pass), "passed");
  add(unfinished, "not finished");
  return out + "\n";
}

}  // namespace picket::cli
