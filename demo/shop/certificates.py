"""The shop's certificates, made at start with the openssl command line.

A demo CA, and one key with two leaves: a valid one, and one that expired yesterday. `leaf.pem` is a
link to the one in use.
"""
import os
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

from demo.processes import DemoError

CA_CONFIG = """
[ca]
default_ca = demo
[demo]
database = {directory}/index.txt
new_certs_dir = {directory}/issued
certificate = {directory}/ca.pem
private_key = {directory}/ca.key
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
x509_extensions = leaf
[any]
commonName = supplied
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = {names}
"""


def make_certificates(directory: Path, names) -> None:
    """Writes ca.pem, leaf.key, valid.pem, expired.pem and leaf.pem -> valid.pem."""
    (directory / "issued").mkdir(parents=True)
    (directory / "index.txt").touch()
    config = directory / "ca.cnf"
    config.write_text(CA_CONFIG.format(directory=directory,
                                       names=", ".join(f"DNS:{name}" for name in names)))
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    _openssl("req", "-x509", *curve, "-keyout", directory / "ca.key", "-out", directory / "ca.pem",
             "-days", "30", "-subj", "/CN=Picket demo shop CA",
             "-addext", "basicConstraints=critical,CA:TRUE",
             "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    _openssl("req", *curve, "-keyout", directory / "leaf.key", "-out", directory / "leaf.csr",
             "-subj", f"/CN={names[0]}")
    now = datetime.now(timezone.utc)
    _issue(config, directory, "valid", now - timedelta(hours=1), now + timedelta(days=30))
    _issue(config, directory, "expired", now - timedelta(days=90), now - timedelta(days=1))
    use_certificate(directory, "valid")


def use_certificate(directory: Path, which: str) -> None:
    """Points leaf.pem at the `valid` or the `expired` certificate, atomically."""
    link = directory / "leaf.pem.new"
    link.unlink(missing_ok=True)
    link.symlink_to(f"{which}.pem")
    os.replace(link, directory / "leaf.pem")


def _issue(config, directory, name, begin, end):
    _openssl("ca", "-batch", "-notext", "-config", config, "-in", directory / "leaf.csr",
             "-out", directory / f"{name}.pem", "-startdate", begin.strftime("%Y%m%d%H%M%SZ"),
             "-enddate", end.strftime("%Y%m%d%H%M%SZ"))


def _openssl(*arguments):
    command = ["openssl", *map(str, arguments)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except FileNotFoundError as error:
        raise DemoError("openssl is not installed: apt-get install openssl") from error
    except subprocess.TimeoutExpired as error:
        raise DemoError(f"openssl {arguments[0]} took more than 30 s") from error
    if done.returncode != 0:
        raise DemoError(f"openssl {arguments[0]} failed:\n{done.stderr.strip()}")
