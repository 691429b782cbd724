"""What community dashboards for blackbox_exporter read (grafana.com 7587, 9965, 13230, 13659, 14928
and their like): metric names with the labels by which they select, group and name them, and the
forms of their queries in words of our own."""

TARGET = {"job", "instance"}

SERIES = {
    "probe_success": TARGET,
    "probe_duration_seconds": TARGET,
    "probe_dns_lookup_time_seconds": TARGET,
    "probe_http_duration_seconds": TARGET | {"phase"},
    'probe_http_duration_seconds{phase="resolve"}': TARGET,
    'probe_http_duration_seconds{phase="connect"}': TARGET,
    'probe_http_duration_seconds{phase="tls"}': TARGET,
    'probe_http_duration_seconds{phase="processing"}': TARGET,
    'probe_http_duration_seconds{phase="transfer"}': TARGET,
    "probe_http_status_code": TARGET,
    "probe_http_status_code >= 200 < 400": TARGET,
    "probe_http_version": TARGET,
    "probe_http_redirects": TARGET,
    "probe_http_ssl": TARGET,
    "probe_http_ssl == 1": TARGET,
    "probe_http_content_length": TARGET,
    "probe_failed_due_to_regex": TARGET,
    "probe_ip_protocol": TARGET,
    "probe_ip_addr_hash": TARGET,
    "probe_ssl_earliest_cert_expiry": TARGET,
    "probe_ssl_earliest_cert_expiry - time() > 0": TARGET,
    "probe_ssl_last_chain_expiry_timestamp_seconds": TARGET,
    "probe_ssl_last_chain_info": TARGET | {"fingerprint_sha256", "subject", "issuer",
                                           "subjectalternative"},
    "probe_tls_version_info": TARGET | {"version"},
    "probe_icmp_duration_seconds": TARGET | {"phase"},
    'probe_icmp_duration_seconds{phase="rtt"}': TARGET,
    'probe_icmp_duration_seconds{phase="resolve"}': TARGET,
}

# (series, label): whose values a dashboard offers for the variables of its queries.
VARIABLES = {"target": ("probe_success", "instance"), "job": ("probe_success", "job")}

QUERIES = (
    # one row of stats per target: 7587
    'probe_success{instance=~"$target"}',
    'sum by (instance) (probe_http_duration_seconds{instance=~"$target"})',
    'sum by (phase) (probe_http_duration_seconds{instance=~"$target"})',
    'avg by (instance) (probe_duration_seconds{instance=~"$target"})',
    'avg by (instance) (probe_dns_lookup_time_seconds{instance=~"$target"})',
    'probe_http_version{instance=~"$target"}',
    'probe_http_ssl{instance=~"$target"}',
    'probe_ssl_earliest_cert_expiry{instance=~"$target"} - time()',
    # a table of all targets of a job: 13659, 9965
    'min by (instance) (probe_http_status_code{job=~"$job"})',
    'min by (instance, version) (probe_tls_version_info{job=~"$job"})',
    'avg_over_time(probe_success{job=~"$job", instance=~"$target"}[1m]) * 100',
    'count(probe_success{job=~"$job"} == 1)',
    # certificates, the next to expire first: 13230
    'sort((probe_ssl_earliest_cert_expiry{instance=~"$target"} - time()) / 86400)',
    # by IP version and failure: 14928
    'count by (instance) (probe_ip_protocol{instance=~"$target"})',
    'max by (instance) (probe_failed_due_to_regex{instance=~"$target"})',
)

# What those dashboards read beyond that, and Picket does not show.
LACKING = (
    "probe_http_uncompressed_body_length",
    "probe_http_last_modified_timestamp_seconds",
    'probe_icmp_duration_seconds{phase="setup"}',
    "probe_icmp_reply_hop_limit",
)
