"""Series that community dashboards for blackbox_exporter read (grafana.com 7587, 13659, 14928 and
their like), as metric names with the labels by which they select, group and name them. Made from
the panels of 7587 and from blackbox_exporter's own metrics, of which the others choose."""

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
    "probe_ssl_earliest_cert_expiry": TARGET,
    "probe_ssl_earliest_cert_expiry - time() > 0": TARGET,
    "probe_tls_version_info": TARGET | {"version"},
    "probe_icmp_duration_seconds": TARGET | {"phase"},
    'probe_icmp_duration_seconds{phase="rtt"}': TARGET,
}

# What those dashboards read beyond that, and Picket does not show.
LACKING = (
    "probe_http_ssl",
    "probe_ip_protocol",
    "probe_ip_addr_hash",
    "probe_http_content_length",
    "probe_http_uncompressed_body_length",
    "probe_http_last_modified_timestamp_seconds",
    "probe_failed_due_to_regex",
    "probe_ssl_last_chain_expiry_timestamp_seconds",
    "probe_ssl_last_chain_info",
    'probe_icmp_duration_seconds{phase="resolve"}',
    'probe_icmp_duration_seconds{phase="setup"}',
    "probe_icmp_reply_hop_limit",
)
