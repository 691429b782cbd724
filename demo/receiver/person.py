"""What a person does in PagerDuty, told to a subscriber by a signed v3 webhook."""
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
import uuid

from demo.receiver import rest

ANSWER_SECONDS = 5  # what PagerDuty waits


def sign_v3(body: bytes, secrets) -> str:
    """X-PagerDuty-Signature: one signature for each secret, the newest last."""
    return ",".join("v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
                    for secret in secrets)


def make_event(event_type: str, incident: dict, by: str | None, note: str | None = None) -> dict:
    """A v3 event of an incident of IncidentBook.as_json(). `note`: of incident.annotated."""
    whole = rest.as_rest(incident, "https://api.pagerduty.com")
    data = whole
    if note is not None:
        data = {"id": "PNOTE01", "type": "incident_note", "content": note, "trimmed": False,
                "incident": {"id": whole["id"], "type": "incident_reference",
                             "self": whole["self"], "html_url": whole["html_url"],
                             "summary": whole["title"]}}
    agent = by and {"id": "PUSER01", "type": "user_reference", "summary": by,
                    "self": "https://api.pagerduty.com/users/PUSER01",
                    "html_url": "https://demo.pagerduty.com/users/PUSER01"}
    return {"event": {"id": uuid.uuid4().hex, "event_type": event_type,
                      "resource_type": "incident", "occurred_at": rest.rfc3339(time.time()),
                      "agent": agent, "client": None, "data": data}}


def post(url: str, event: dict | bytes, secrets, signature: str | None = None) -> int:
    """Sends it as PagerDuty does; the status of the answer. `signature` replaces the real one."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "PagerDuty-Webhook/V3.0",
               "X-PagerDuty-Signature": sign_v3(body, secrets) if signature is None else signature}
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
