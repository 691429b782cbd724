"""Names of incidents and pages, made of what they are about."""
import hashlib

BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def joined(*parts):
    return "".join(f"{len(part)}:{part}" for part in map(str, parts))


def dedup_key(install, receiver, subject, alert, opening):
    text = joined(install, receiver, subject, alert, opening)
    return "picket:" + hashlib.sha256(text.encode()).hexdigest()


def outbox_id(key, ordinal):
    return hashlib.sha256(joined(key, ordinal).encode()).hexdigest()[:32]


def incident_id(install, subject, alert, opening):
    """Ten digits of its opening, sixteen of what it is about."""
    digest = hashlib.sha256(joined(install, subject, alert, opening).encode()).digest()
    time = "".join(BASE32[opening >> 5 * place & 31] for place in range(9, -1, -1))
    return time + "".join(BASE32[byte % 32] for byte in digest[:16])
