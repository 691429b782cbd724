"""Standard Webhooks 1.0: the signature a webhook carries, and its verification."""
import base64
import binascii
import hashlib
import hmac

TOLERANCE_SECONDS = 300


def decode_secret(secret: str) -> bytes:
    """The key of `whsec_<base64>`. Raises ValueError when it is not one of 24 to 64 bytes."""
    if not secret.startswith("whsec_"):
        raise ValueError("a webhook secret starts with whsec_")
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise ValueError(f"a webhook secret is base64 after whsec_: {error}") from error
    if not 24 <= len(key) <= 64:
        raise ValueError("a webhook secret has 24 to 64 bytes")
    return key


def sign(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,<base64 HMAC-SHA256 of id.timestamp.body>`."""
    content = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def verify_error(key: bytes, headers, body: bytes, now: float) -> str | None:
    """Why a webhook is refused, or None when its signature holds.

    `headers` is anything with a case-insensitive get(). Several signatures, divided by spaces,
    are accepted when one of them holds (secrets rotate).
    """
    message_id = headers.get("webhook-id")
    timestamp = headers.get("webhook-timestamp")
    signatures = headers.get("webhook-signature")
    if not message_id or not timestamp or not signatures:
        return "webhook-id, webhook-timestamp and webhook-signature are required"
    if not (timestamp.isascii() and timestamp.isdigit()):
        return "webhook-timestamp is not Unix seconds"
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return "webhook-timestamp is more than five minutes away"
    expected = sign(key, message_id, int(timestamp), body).encode()
    given = [signature.encode() for signature in signatures.split(" ")]
    if not any([hmac.compare_digest(expected, signature) for signature in given]):
        return "no signature matches"
    return None
