"""Names of blackbox_exporter's metrics with the labels that they have there, as its source names
them (prometheus/blackbox_exporter, prober/*.go): those that Picket shows, and those it does not."""

TARGET = {"job", "instance"}

# (variable, series, label): from where most dashboards take what they offer.
JOB = ("job", "probe_success", "job")
TARGET_VALUES = ("target", "probe_success", "instance")

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

# What Picket does not show, and why; none of the boards in community.py asks for one.
LACKING = {
    "probe_http_uncompressed_body_length": "a run keeps the bytes that it received",
    "probe_http_last_modified_timestamp_seconds": "a header is evidence, no measure",
    'probe_icmp_duration_seconds{phase="setup"}': "a run does not time its socket",
    "probe_icmp_reply_hop_limit": "it is not read",
    "probe_dns_duration_seconds": "probe_dns_lookup_time_seconds is the time of the answers",
    "probe_dns_query_succeeded": "probe_success, which also holds the expectations",
    "probe_dns_answer_rrs": "of several servers there is no one number",
    "probe_dns_authority_rrs": "likewise",
    "probe_dns_additional_rrs": "likewise",
}
