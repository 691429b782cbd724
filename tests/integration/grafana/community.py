"""What dashboards that others made for blackbox_exporter ask Prometheus for: the expressions of
their panels and where their variables get their values, as read in public copies of them. Each
names the copy: repository, path, commit. No panel is copied. Of 9719, 11175 and 18538 of
grafana.com, which are popular, too, no copy was found.

A board whose selectors name labels that come from its author's own scrape configuration has them
in `labels`; docs/how-to/grafana.md gives the rules that make them for Picket's series.
"""
from dataclasses import dataclass

from community_names import JOB, TARGET_VALUES


@dataclass(frozen=True)
class Board:
    number: int  # at grafana.com, 0: it is not there
    title: str
    source: str  # repository path@commit
    variables: tuple  # (name, series, label) in their order; what nothing can have stays empty
    queries: tuple
    labels: frozenset = frozenset()


_MIXIN = '{cluster="$cluster", job=~"$job"}'
_MIXIN_ONE = '{cluster="$cluster", job=~"$job", instance=~"$instance"}'
_PROJECT = '{project=~"$project",instance=~"$instance"}'
_APP = '{project=~"$project", app=~"$app"}'

BOARDS = (
    Board(7587, "Prometheus Blackbox Exporter",
          "razz1k/monit-server grafana/dashboards/blackbox-exporter.json"
          "@772538f2f9749878d688e245e861282bd888eb2e",
          (TARGET_VALUES,),
          ('probe_duration_seconds{instance=~"$target"}',
           'probe_success{instance=~"$target"}',
           'probe_http_duration_seconds{instance=~"$target"}',
           'probe_http_status_code{instance=~"$target"}',
           'probe_http_version{instance=~"$target"}',
           'probe_http_ssl{instance=~"$target"}',
           'probe_ssl_earliest_cert_expiry{instance=~"$target"} - time()',
           'avg(probe_duration_seconds{instance=~"$target"})',
           'avg(probe_dns_lookup_time_seconds{instance=~"$target"})')),
    Board(5345, "Blackbox Exporter Overview",
          "certusone/testnet_deploy monitoring/grafana/dashboards/blackbox.json"
          "@c6e8970efe67ce04359c72d5d1742d6bb2a607f2",
          (("targets", *TARGET_VALUES[1:]),),
          ('probe_success{instance=~"$targets"}',
           'probe_duration_seconds{instance=~"$targets"}',
           'probe_dns_lookup_time_seconds{instance=~"$targets"}',
           'avg(probe_duration_seconds{instance=~"$targets"})',
           'avg(probe_dns_lookup_time_seconds{instance=~"$targets"})')),
    Board(13659, "Blackbox Exporter (HTTP prober)",
          "GeorgeGiannopoulos/monitoring grafana/dashboards/blackbox.json"
          "@1d443ab04a2232984da464d22334557643581704",
          (JOB, ("instance", 'probe_success{job=~"$job"}', "instance")),
          ('probe_success{job=~"$job", instance=~"$instance"}',
           'probe_http_ssl{job=~"$job", instance=~"$instance"} > 0',
           '(probe_ssl_earliest_cert_expiry{job=~"$job", instance=~"$instance"} - time())'
           ' / 3600 / 24',
           'probe_http_status_code{job=~"$job", instance=~"$instance"} > 0',
           'avg_over_time(probe_duration_seconds{job=~"$job", instance=~"$instance"}[1m])',
           'probe_tls_version_info{job=~"$job", instance=~"$instance"}',
           'avg_over_time(probe_dns_lookup_time_seconds{job=~"$job", instance=~"$instance"}[1m])',
           'sum(probe_http_duration_seconds{job=~"$job", instance=~"$instance"}) by (instance)',
           'probe_http_duration_seconds{job=~"$job", instance=~"$instance"}')),
    # Its own first variables ask for labels of `up`: see UP_VARIABLES. The copy has the name of a
    # job for pings in two of these, where others have $job.
    Board(9965, "Blackbox",
          "vietdien2005/workshop-prometheus grafana/dashboards/blackbox.json"
          "@e0c9afbc1b5e16963ad275d4ef5fe7eae06bff1d",
          (JOB, ("targets", *TARGET_VALUES[1:])),
          ("probe_duration_seconds{job=~'$job',instance=~'$targets'}",
           "probe_icmp_duration_seconds{job=~'$job',instance=~'$targets'}",
           "probe_http_duration_seconds{job=~'$job',instance=~'$targets'}",
           "sum by (phase) (probe_http_duration_seconds{job=~'$job',instance=~'$targets'})",
           "sum by (phase) (probe_icmp_duration_seconds{job=~'$job',instance=~'$targets'})",
           'probe_success{instance=~"$targets"} - 0',
           'probe_http_ssl{instance=~"$targets"} - 0',
           'probe_http_status_code{instance=~"$targets"} - 0',
           'probe_ssl_earliest_cert_expiry{instance=~"$targets"}-time()',
           "count_values('value',probe_http_status_code)",
           " count_values('value',probe_success{job=~'$job'})")),
    Board(14928, "Prometheus Blackbox Exporter",
          "Vonter/prometheus-grafana-monitoring dashboards/prometheus-blackbox-exporter.json"
          "@9cdb631dea48a51e599deeebc6d2e2e4d80f6dc0",
          (("target", "probe_success", "target"),
           ("phase", "probe_http_duration_seconds", "phase")),
          ('probe_http_status_code{target=~"$target"}',
           'probe_success{target=~"$target"}',
           'probe_http_version{target=~"$target"}',
           'probe_duration_seconds{target=~"$target"}',
           'avg(probe_duration_seconds{target=~"$target"}) by (target)',
           'avg(probe_dns_lookup_time_seconds{target=~"$target"}) by (target)',
           'probe_ip_protocol{target=~"$target"}',
           'probe_http_duration_seconds{target=~"$target", phase=~"$phase"}',
           'probe_ssl_earliest_cert_expiry{target=~"$target"} - time()',
           'probe_http_ssl{target=~"$target"}',
           'probe_tls_version_info{target=~"$target"}'), frozenset({"target"})),
    Board(12653, "blackbox",
          "bobby285271/dockprom grafana/provisioning/dashboards/blackbox.json"
          "@0d808951f563ad07bf8f8a6c38011437d78ff356",
          (("project", "probe_success", "project"),
           ("server", 'probe_success{project=~"$project"}', "server"),
           ("instance", 'probe_success{project=~"$project",server=~"$server"}', "instance")),
          (f"probe_duration_seconds{_PROJECT}",
           f"probe_icmp_duration_seconds{_PROJECT}",
           f"probe_http_duration_seconds{_PROJECT}",
           f"sum by (phase) (probe_http_duration_seconds{_PROJECT})",
           f"sum by (phase) (probe_icmp_duration_seconds{_PROJECT})",
           f"probe_success{_PROJECT} - 0",
           f"probe_http_ssl{_PROJECT} - 0",
           f"probe_http_status_code{_PROJECT} - 0",
           f"probe_ssl_earliest_cert_expiry{_PROJECT} - time()"),
          frozenset({"project", "server"})),
    Board(16293, "blackbox_exporter-http-Dashboards-english",
          "ting24678/grafana-dashboards blackbox_exporter-http-dashboard/"
          "blackbox_exporter-http-Dashboards-english.json"
          "@48e0959cd696cd7d6e60699a979aca8e8e5e96a9",
          (("project", "probe_http_status_code", "project"),
           ("app", '{__name__=~".+"}', "app")),
          (f"sum(probe_http_duration_seconds{_APP}) by (instance)",
           f"count(probe_success{_APP})",
           f"count(probe_success{_APP} == 0)",
           f"probe_http_status_code{_APP}",
           f"probe_ssl_earliest_cert_expiry{_APP} - time()",
           f"probe_ssl_earliest_cert_expiry{_APP} * 1000",
           f"probe_dns_lookup_time_seconds{_APP}",
           f"count(probe_success{_APP} == 1)",
           f"probe_ssl_earliest_cert_expiry{_APP} - time() < (3600 * 24 * 30)"),
          frozenset({"project", "app"})),
    # Of many monitoring mixins. `cluster` may be empty: no series has to have it.
    Board(0, "Blackbox Exporter (blackbox-exporter-mixin)",
          "adinhodovic/blackbox-exporter-mixin dashboards/dashboards.libsonnet"
          "@c22307a67acc88197d1c3692abd1439f5b79d6c1",
          (("cluster", "probe_success{}", "cluster"),
           ("job", 'probe_success{cluster="$cluster"}', "job"),
           ("instance", f"probe_success{_MIXIN}", "instance")),
          (f"max by (instance) (probe_success{_MIXIN})",
           f"count(probe_success{_MIXIN})",
           f"(count(probe_success{_MIXIN} == 1) OR vector(0)) / count(probe_success{_MIXIN})",
           f"count(probe_http_ssl{_MIXIN} == 1) / count(probe_http_version{_MIXIN})",
           f"avg(probe_duration_seconds{_MIXIN})",
           f"max by (instance) (probe_success{_MIXIN_ONE})",
           f"avg_over_time(probe_success{_MIXIN_ONE}[30d])",
           f"max by (instance) (probe_http_status_code{_MIXIN_ONE})",
           f"max by (instance) (probe_http_ssl{_MIXIN_ONE})",
           f"max by (instance,version) (probe_tls_version_info{_MIXIN_ONE})",
           f"max by (instance) (probe_http_redirects{_MIXIN_ONE})",
           f"max by (instance) (probe_http_version{_MIXIN_ONE})",
           f"min by (instance) (probe_ssl_earliest_cert_expiry{_MIXIN_ONE} - time())",
           f"avg by (instance) (probe_duration_seconds{_MIXIN_ONE})",
           f"avg by (instance) (probe_dns_lookup_time_seconds{_MIXIN_ONE})",
           f"sum(probe_http_duration_seconds{_MIXIN_ONE}) by (instance)",
           f"sum(probe_duration_seconds{_MIXIN_ONE}) by (instance)",
           f"sum(probe_http_duration_seconds{_MIXIN_ONE}) by (phase)",
           f"sum(probe_icmp_duration_seconds{_MIXIN_ONE}) by (phase)")),
    Board(0, "Blackbox Exporter - HTTP Probe Status",
          "wlanboy/haproxy-monitoring grafana/dashboards/blackbox.json"
          "@0165912b724b19c4ba854fa3c7b7fc9122f8cb57",
          (JOB, ("backend", 'probe_success{job=~"$job"}', "instance")),
          ('count(probe_success{job=~"$job",instance=~"$backend"})',
           'sum(probe_success{job=~"$job",instance=~"$backend"})',
           'count(probe_success{job=~"$job",instance=~"$backend"})'
           ' - sum(probe_success{job=~"$job",instance=~"$backend"})',
           'avg by (phase) (probe_http_duration_seconds{job=~"$job",instance=~"$backend"})')),
    Board(0, "Blackbox HTTP / TLS",
          "daffi1238/pi-tale grafana/dashboards/blackbox.json"
          "@9a5b6d96537d9f6db50cef0829b9624103b0a755",
          (JOB,),
          ('count(probe_success{job=~"$job"} == 1) OR vector(0)',
           'count(probe_success{job=~"$job"} == 0) OR vector(0)',
           'min((probe_ssl_earliest_cert_expiry{job=~"$job"} - time()) / 86400)',
           'avg(sum by (instance) (probe_http_duration_seconds{job=~"$job"})'
           ' and on(instance) probe_success{job=~"$job"} == 1)')),
)

# Variables of 9965 that stay empty, with why: `up` tells of what Prometheus scraped, which is the
# controller and not a check's target; the labels are of that board's author's own configuration.
UP_VARIABLES = (
    ('up{job=~"shop-.*"}', "instance"),
    ("up", "env"),
    ("up", "service"),
    ("up", "gametype"),
    ('probe_success{job="blackbox"}', "exporter"),
)
