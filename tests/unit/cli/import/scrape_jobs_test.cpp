#include "cli/import/scrape_jobs.h"

#include <catch2/catch.hpp>

namespace picket::cli {
namespace {

using Catch::Matchers::Contains;

// "MODULE=TARGET" of each, then the check file with the notes.
struct Found {
  std::vector<std::string> targets;
  std::string text;
};

Found found(const std::string& job) {
  const std::string prometheus = "scrape_configs:\n  - job_name: web\n" + job;
  const ImportOptions options{"blackbox", "b.yml", "shop", "1m"};
  Draft draft(options);
  Found all;
  const auto targets = probe_targets({"", "prometheus.yml", prometheus, {}}, draft);
  REQUIRE(targets);
  for (const ProbeTarget& one : *targets) all.targets.push_back(one.module + "=" + one.target);
  const auto done = import_blackbox(
      options,
      {"modules: {http_2xx: {prober: http}, ping: {prober: icmp}}", "p.yml", prometheus, {}});
  all.text = done ? done->text : done.error().message;
  return all;
}

using Targets = std::vector<std::string>;

const std::string kStatic = "    static_configs: [{targets: [a.test, b.test]}]\n";
const std::string kProbe = "    metrics_path: /probe\n" + kStatic;

}  // namespace

TEST_CASE("a job that names no module uses the exporter's own", "[import][blackbox]") {
  const Found all = found(kProbe);
  CHECK(all.targets == Targets{"http_2xx=a.test", "http_2xx=b.test"});
  CHECK_THAT(all.text, Contains("TODO(import): the job web names no module: http_2xx"));
  CHECK(found("    metrics_path: /blackbox/probe\n" + kStatic).targets.size() == 2);
  CHECK(found(kStatic).targets.empty());
  CHECK(found("    params: {module: [ping]}\n" + kStatic).targets ==
        Targets{"ping=a.test", "ping=b.test"});
}

TEST_CASE("modules by relabelling are carried where the file tells them", "[import][blackbox]") {
  const std::string rule = kProbe + "    relabel_configs:\n      - target_label: __param_module\n";
  CHECK(found(rule + "        replacement: ping\n").targets ==
        Targets{"ping=a.test", "ping=b.test"});
  const std::string labelled =
      "    metrics_path: /probe\n    params: {module: [http_2xx]}\n    static_configs:\n"
      "      - {targets: [a.test], labels: {module: ping}}\n      - targets: [b.test]\n"
      "    relabel_configs:\n      - {source_labels: [module], target_label: __param_module}\n";
  CHECK(found(labelled).targets == Targets{"ping=a.test", "http_2xx=b.test"});
  CHECK(found("    metrics_path: /probe\n    static_configs:\n"
              "      - {targets: [a.test], labels: {__param_module: ping}}\n")
            .targets == Targets{"ping=a.test"});
}

TEST_CASE("modules that only a running Prometheus knows are told", "[import][blackbox]") {
  for (const char* rest :
       {"        source_labels: [__address__]\n        regex: '.*:22'\n        replacement: ping\n",
        "        source_labels: [__meta_module]\n", "        source_labels: [a, b]\n",
        "        replacement: ping\n      - {target_label: __param_module, replacement: ''}\n"}) {
    const std::string job = kProbe + "    params: {module: [http_2xx]}\n    relabel_configs:\n" +
                            "      - target_label: __param_module\n" + rest;
    const Found all = found(job);
    CHECK(all.targets.empty());
  }
  const std::string prometheus =
      kProbe + "    relabel_configs:\n      - target_label: __param_module\n" +
      "        source_labels: [__meta_module]\n" + "  - {job_name: x, params: {module: [ping]}, " +
      "static_configs: [{targets: [c.test]}]}\n";
  const Found all = found(prometheus);
  CHECK(all.targets == Targets{"ping=c.test"});
  CHECK_THAT(all.text, Contains("TODO(import): the job web is left out with its 2 targets: "
                                "relabelling gives them"));
}

TEST_CASE("a target that a parameter names is asked, not the exporter", "[import][blackbox]") {
  const Found all = found(
      "    metrics_path: /probe\n    params: {module: [ping], target: [c.test]}\n"
      "    static_configs: [{targets: ['blackbox:9115']}]\n");
  CHECK(all.targets == Targets{"ping=c.test"});
  const Found relabelled = found(
      "    metrics_path: /probe\n    params: {module: [ping], target: [c.test]}\n"
      "    static_configs: [{targets: [d.test]}]\n"
      "    relabel_configs: [{source_labels: [__address__], target_label: __param_target}]\n");
  CHECK(relabelled.targets == Targets{"ping=d.test"});
}

TEST_CASE("jobs in other files are told", "[import][blackbox]") {
  CHECK_THAT(found(kProbe + "scrape_config_files: [more.yml]\n").text,
             Contains("TODO(import): the jobs in scrape_config_files are not read"));
}

}  // namespace picket::cli
