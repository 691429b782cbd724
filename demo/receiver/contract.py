"""The PagerDuty Events API v2 contract, enforced: what an event may contain, and what is refused.

Pure functions on parsed JSON. Where PagerDuty is lenient we are strict (unknown fields, control
characters in a summary), because a sender that passes here must pass everywhere.
"""
import json
import re
from datetime import datetime

BODY_BYTES_MAX = 512 * 1024
ROUTING_KEY_LENGTH = 32
DEDUP_KEY_MAX = 255
SUMMARY_MAX = 1024  # UTF-16 units, the narrowest reading of "1,024 characters"

ACTIONS = ("trigger", "acknowledge", "resolve")
SEVERITIES = ("critical", "error", "warning", "info")
EVENT_FIELDS = {"routing_key", "event_action", "dedup_key", "payload", "links", "images",
                "client", "client_url"}
PAYLOAD_FIELDS = {"summary", "source", "severity", "timestamp", "component", "group", "class",
                  "custom_details"}
CHANGE_FIELDS = {"routing_key", "payload", "links"}
CHANGE_PAYLOAD_FIELDS = {"summary", "source", "timestamp", "custom_details"}
LINK_FIELDS = {"href", "text"}
IMAGE_FIELDS = {"src", "href", "alt"}

ISO_8601 = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})$")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class InvalidEvent(Exception):
    """A body that is not even an event: not UTF-8, not JSON, not an object."""


def parse_event(body: bytes) -> dict:
    """The event object of a request body. Raises InvalidEvent with the reason."""
    try:
        event = json.loads(body.decode("utf-8"), object_pairs_hook=_no_duplicates,
                           parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise InvalidEvent(f"body is not UTF-8: {error}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidEvent(f"body is not JSON: {error}") from error
    if not isinstance(event, dict):
        raise InvalidEvent("body is not a JSON object")
    return event


def event_errors(event: dict) -> list[str]:
    """Everything that is wrong with an event, in the order of its fields; empty when valid."""
    errors = _unknown(event, EVENT_FIELDS, "")
    errors += _routing_key_errors(event.get("routing_key"))
    action = event.get("event_action")
    if action not in ACTIONS:
        errors.append(f"'event_action' must be one of {', '.join(ACTIONS)}")
    errors += _dedup_key_errors(event, action)
    errors += _payload_errors(event, action)
    errors += _attachment_errors(event, "links", LINK_FIELDS, "href")
    errors += _attachment_errors(event, "images", IMAGE_FIELDS, "src")
    for name in ("client", "client_url"):
        if name in event and not isinstance(event[name], str):
            errors.append(f"'{name}' must be a string")
    if not errors and not _encodable(event):
        errors.append("event contains a lone surrogate, which is not text")
    return errors


def change_errors(event: dict) -> list[str]:
    """Everything that is wrong with a change event (POST /v2/change/enqueue)."""
    errors = _unknown(event, CHANGE_FIELDS, "")
    errors += _routing_key_errors(event.get("routing_key"))
    payload = event.get("payload")
    if not isinstance(payload, dict):
        return errors + ["'payload' is required and an object"]
    errors += _unknown(payload, CHANGE_PAYLOAD_FIELDS, "payload.")
    if not isinstance(payload.get("summary"), str) or not payload["summary"]:
        errors.append("'payload.summary' is required and a string")
    errors += _summary_errors(payload.get("summary"))
    if not isinstance(payload.get("source", ""), str):
        errors.append("'payload.source' must be a string")
    if "timestamp" in payload and not _is_iso_8601(payload["timestamp"]):
        errors.append("'payload.timestamp' must be ISO 8601 with a zone")
    if not isinstance(payload.get("custom_details", {}), dict):
        errors.append("'payload.custom_details' must be an object")
    return errors + _attachment_errors(event, "links", LINK_FIELDS, "href")


def utf16_units(text: str) -> int:
    """Length of a text in UTF-16 units: a character outside the BMP counts as two."""
    return sum(2 if ord(character) > 0xFFFF else 1 for character in text)


def _no_duplicates(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError("an object has the same key twice")
    return dict(pairs)


def _no_constant(name):
    raise ValueError(f"{name} is not JSON")


def _unknown(mapping, known, prefix):
    return [f"unknown field '{prefix}{name}'" for name in sorted(set(mapping) - known)]


def _routing_key_errors(key):
    if not isinstance(key, str):
        return ["'routing_key' is missing or not a string"]
    if len(key) != ROUTING_KEY_LENGTH or not key.isascii() or not key.isalnum():
        return [f"'routing_key' must be {ROUTING_KEY_LENGTH} letters and digits"]
    return []


def _dedup_key_errors(event, action):
    key = event.get("dedup_key")
    if key is None:
        needed = action in ("acknowledge", "resolve")
        return [f"'dedup_key' is required for {action}"] if needed else []
    if not isinstance(key, str) or not key:
        return ["'dedup_key' must be a non-empty string"]
    if len(key) > DEDUP_KEY_MAX:
        return [f"'dedup_key' is longer than {DEDUP_KEY_MAX} characters"]
    return []


def _payload_errors(event, action):
    payload = event.get("payload")
    if payload is None:
        return ["'payload' is required for trigger"] if action == "trigger" else []
    if not isinstance(payload, dict):
        return ["'payload' must be an object"]
    errors = _unknown(payload, PAYLOAD_FIELDS, "payload.")
    if action == "trigger":
        errors += [f"'payload.{name}' is required" for name in ("summary", "source", "severity")
                   if not payload.get(name)]
    for name in ("summary", "source", "component", "group", "class"):
        if name in payload and not isinstance(payload[name], str):
            errors.append(f"'payload.{name}' must be a string")
    errors += _summary_errors(payload.get("summary"))
    if payload.get("severity") and payload["severity"] not in SEVERITIES:
        errors.append(f"'payload.severity' must be one of {', '.join(SEVERITIES)}")
    if "timestamp" in payload and not _is_iso_8601(payload["timestamp"]):
        errors.append("'payload.timestamp' must be ISO 8601 with a zone")
    if not isinstance(payload.get("custom_details", {}), (dict, str)):
        errors.append("'payload.custom_details' must be an object")
    return errors


def _summary_errors(summary):
    if not isinstance(summary, str):
        return []
    if utf16_units(summary) > SUMMARY_MAX:
        return [f"'payload.summary' is longer than {SUMMARY_MAX} characters"]
    if CONTROL.search(summary):
        return ["'payload.summary' contains control characters"]
    return []


def _is_iso_8601(value):
    if not isinstance(value, str) or not ISO_8601.match(value):
        return False
    try:
        datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return False
    return True


def _attachment_errors(event, name, fields, address):
    items = event.get(name)
    if items is None:
        return []
    if not isinstance(items, list):
        return [f"'{name}' must be a list"]
    errors = []
    for index, item in enumerate(items):
        prefix = f"{name}[{index}]."
        if not isinstance(item, dict):
            errors.append(f"'{name}[{index}]' must be an object")
            continue
        errors += _unknown(item, fields, prefix)
        if not isinstance(item.get(address), str) or not item[address].startswith("https://"):
            errors.append(f"'{prefix}{address}' must be an https URL")
    return errors


def _encodable(event):
    try:
        json.dumps(event, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
