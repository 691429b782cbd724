"""PagerDuty's REST API v2, as much as a sender asks to confirm a page: `GET /incidents`.

Pure functions on headers and query; strict where PagerDuty is lenient, as contract.py is.
"""
from datetime import datetime, timezone
from urllib.parse import parse_qsl

ACCEPT = "application/vnd.pagerduty+json;version=2"
STATUSES = ("triggered", "acknowledged", "resolved")
PARAMETERS = {"incident_key", "statuses[]", "date_range", "limit", "offset", "since", "until",
              "service_ids[]", "team_ids[]", "user_ids[]", "urgencies[]", "time_zone", "sort_by[]",
              "include[]", "total"}
LIMIT_MAX = 100


def header_error(headers, rest_key: str) -> tuple[int, str] | None:
    """(status, why) of a request that PagerDuty would refuse, else None. `headers` has get()."""
    if headers.get("Authorization") != f"Token token={rest_key}":
        return 401, "Authorization must be Token token=KEY of a key that exists"
    if headers.get("Accept", "").replace(" ", "") != ACCEPT:
        return 406, f"Accept must be {ACCEPT}"
    return None


def query_errors(query: str) -> list[str]:
    """What is wrong with the query of GET /incidents; empty when it is documented and valid."""
    pairs = parse_qsl(query, keep_blank_values=True)
    errors = [f"unknown parameter '{name}'" for name, _ in pairs if name not in PARAMETERS]
    for name, value in pairs:
        if name == "statuses[]" and value not in STATUSES:
            errors.append(f"no status '{value}'")
        if name == "date_range" and value != "all":
            errors.append("'date_range' may only be all")
        if name == "limit" and not (value.isdigit() and 1 <= int(value) <= LIMIT_MAX):
            errors.append(f"'limit' is 1 to {LIMIT_MAX}")
    return errors


def find(incidents: list[dict], query: str, base_url: str) -> dict:
    """The answer to a valid query over the incidents of IncidentBook.as_json()."""
    pairs = parse_qsl(query)
    keys = [value for name, value in pairs if name == "incident_key"]
    statuses = [value for name, value in pairs if name == "statuses[]"] or list(STATUSES)
    found = [as_rest(incident, base_url) for incident in incidents
             if incident["status"] in statuses and (not keys or incident["dedup_key"] in keys)]
    limit = next((int(value) for name, value in pairs if name == "limit"), 25)
    return {"incidents": found[:limit], "limit": limit, "offset": 0, "total": None,
            "more": len(found) > limit}


def provider_id(number: int) -> str:
    return f"Q{number:013d}"


def as_rest(incident: dict, base_url: str) -> dict:
    """One incident in the form of the REST API and of webhooks."""
    identity = provider_id(incident["number"])
    changes = [entry["at"] for entry in incident["log"] if entry["action"] != "trigger"]
    return {"id": identity, "type": "incident", "incident_number": incident["number"],
            "summary": f"[#{incident['number']}] {incident['summary']}",
            "title": incident["summary"], "status": incident["status"], "urgency": "high",
            "incident_key": incident["dedup_key"], "created_at": rfc3339(incident["opened_at"]),
            "last_status_change_at": rfc3339(max([incident["opened_at"], *changes])),
            "self": f"{base_url}/incidents/{identity}",
            "html_url": f"https://demo.pagerduty.com/incidents/{identity}"}


def rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
