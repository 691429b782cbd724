#include "cli/import/scrape_jobs.h"

#include <fmt/format.h>

#include "cli/import/request.h"
#include "cli/import/source.h"
#include "common/core/text.h"

namespace picket::cli {
namespace {

// The jobs of a Prometheus configuration that ask a blackbox_exporter.
class ScrapeJobs {
 public:
  ScrapeJobs(const Source& source, Draft& draft, std::vector<ProbeTarget>& targets)
      : source_(source), draft_(draft), targets_(targets) {}

  void add_all() {
    if (source_.root().is_object() && source_.root().contains("scrape_config_files"))
      draft_.add_note("the jobs in scrape_config_files are not read");
    for (const Json& job : source_.list(source_.root(), "scrape_configs"))
      if (source_.is_map(job)) add(job);
  }

 private:
  // What relabelling puts into a parameter of the probe.
  struct Relabelled {
    bool any{false};
    std::string value;  // the same for each target, or
    std::string label;  // the value of this label of the target; neither: we cannot tell
  };

  void add(const Json& job) {
    const Json& params = source_.map(job, "params");
    const std::vector<std::string> modules = source_.texts(params, "module");
    const Relabelled module = relabelled(job, "__param_module");
    const std::string path = source_.text(job, "metrics_path", "/metrics");
    if (modules.empty() && !module.any && !path.ends_with("/probe")) return;  // another exporter
    const std::string name = source_.text(job, "job_name", "probe");
    const std::string usual = !module.value.empty() ? module.value
                              : modules.empty()     ? "http_2xx"
                                                    : modules[0];
    if (modules.empty() && !module.any)
      draft_.add_note("the job " + name + " names no module: http_2xx is the exporter's own");
    const std::vector<std::string> asked = source_.texts(params, "target");
    const bool is_asked = !asked.empty() && !relabelled(job, "__param_target").any;
    const bool unknown = module.any && module.value.empty() && module.label.empty();
    std::size_t left_out = 0;
    for (const Json& group : source_.list(job, "static_configs")) {
      const Json& labels = source_.map(group, "labels");
      const std::string own =
          source_.text(labels, "__param_module", value_of(labels, name, module));
      for (const std::string& target : source_.texts(group, "targets"))
        if (unknown)
          ++left_out;
        else if (!is_asked)
          targets_.push_back({name, own.empty() ? usual : own, target, interval_of(job)});
    }
    if (is_asked && !unknown)  // then the targets are exporters
      targets_.push_back({name, usual, asked[0], interval_of(job)});
    if (left_out > 0)
      draft_.add_note(
          fmt::format("the job {} is left out with its {} target{}: relabelling gives "
                      "them their modules",
                      name, left_out, left_out == 1 ? "" : "s"));
    for (const auto& [key, value] : job.items())
      if (key.ends_with("_sd_configs"))
        draft_.add_note(fmt::format("the job {} takes targets from {}", name, key));
  }

  // Of the label that relabelling takes; each target has its job's name as one.
  std::string value_of(const Json& labels, const std::string& job, const Relabelled& module) const {
    if (module.label.empty()) return "";
    return source_.text(labels, module.label.c_str(), module.label == "job" ? job : "");
  }

  Relabelled relabelled(const Json& job, const char* parameter) const {
    Relabelled found;
    for (const Json& rule : source_.list(job, "relabel_configs")) {
      if (!source_.is_map(rule) || source_.text(rule, "target_label") != parameter) continue;
      const std::vector<std::string> from = source_.texts(rule, "source_labels");
      const std::string pattern = source_.text(rule, "regex", "(.*)");
      const std::string into = source_.text(rule, "replacement", "$1");
      const bool replaces = !found.any && source_.text(rule, "action", "replace") == "replace";
      const bool whole = pattern == "(.*)" || pattern == "(.+)";
      found = {true, "", ""};  // a second rule may take back what the first one said
      if (replaces && from.empty() && pattern == "(.*)" && into.find('$') == into.npos)
        found.value = into;
      else if (replaces && from.size() == 1 && whole && (into == "$1" || into == "${1}"))
        found.label = from[0];
    }
    if (found.label.starts_with("__")) found.label.clear();
    return found;
  }

  std::string interval_of(const Json& job) const {
    const Json& global = source_.map(source_.root(), "global");
    return duration_from_go(
        source_.text(job, "scrape_interval", source_.text(global, "scrape_interval", "1m")));
  }

  const Source& source_;
  Draft& draft_;
  std::vector<ProbeTarget>& targets_;
};

}  // namespace

Result<std::vector<ProbeTarget>> probe_targets(const BlackboxInput& input, Draft& draft) {
  std::vector<ProbeTarget> targets;
  for (const std::string& one : input.targets) {
    const std::size_t equals = one.find('=');
    if (equals == one.npos)
      return fail(ErrorCode::invalid_argument, "--target wants MODULE=TARGET: " + clean_line(one));
    targets.push_back({one.substr(0, equals), one.substr(0, equals), one.substr(equals + 1), ""});
  }
  if (input.prometheus.empty()) return targets;
  const auto source = Source::parse_yaml(input.prometheus_file, input.prometheus);
  if (!source) return fail(source.error());
  ScrapeJobs(*source, draft, targets).add_all();
  if (const Status right = source->status(); !right) return fail(right.error());
  return targets;
}

}  // namespace picket::cli
