"""What the kill test reads behind the programs' backs: the controller's database, decoded without
any code of the programs. Only reads a database that nobody writes.
"""
import ctypes
import ctypes.util
import sqlite3
from collections import namedtuple
from pathlib import Path

# Field numbers of proto/picket/v1/event.proto and run.proto.
RECORDS = {3: "run", 4: "attempt_failed", 5: "missed"}
LEDGER_RAN = range(1, 5)
LEDGER_OPEN = 0
DAY_MS = 86_400_000

Run = namedtuple("Run", "seq at region agent check round kind ordinal verdict trace superseded "
                        "late started")
Slot = namedtuple("Slot", "check region round code duration")


class Audit:
    """`records`: how many records of agents the event log holds; `cursors`: the spools' next_seq;
    `runs`; `ledger`: one Slot per slot of the days on record; tables as lists of rows."""

    def __init__(self, database: Path):
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        self.cursors = self._rows(connection, "SELECT * FROM spool_cursors")
        self.incidents = self._rows(connection, "SELECT * FROM incidents")
        self.timeline = self._rows(connection, "SELECT * FROM timeline ORDER BY position")
        self.outbox = self._rows(connection, "SELECT * FROM outbox ORDER BY dedup_key, ordinal")
        self.integrity = connection.execute("PRAGMA integrity_check").fetchone()[0]
        self.records = 0
        self.sequences: list[int] = []
        self.runs: list[Run] = []
        self.starts: list[int] = []
        for row in connection.execute("SELECT batch FROM events ORDER BY first_seq"):
            self._take_batch(decompress(row["batch"]))
        self.ledger = [slot for row in connection.execute("SELECT * FROM ledger")
                       for slot in _slots(row)]
        connection.close()

    @staticmethod
    def _rows(connection, query):
        return [dict(row) for row in connection.execute(query)]

    def _take_batch(self, data):
        for _, event in fields(data):
            message = dict(fields(event))
            self.sequences.append(message[1])
            self.records += any(number in message for number in RECORDS)
            if 3 in message:
                self.runs.append(_run(message))
            if 12 in message:
                self.starts.append(message[2])


def _run(event):
    received = dict(fields(event[3]))
    run = dict(fields(received[3]))
    key = dict(fields(run[1]))
    return Run(event[1], event[2], text(received[1]), text(received[2]), text(key[1]),
               key.get(2, 0), text(key[3]), key.get(4, 0), text(run[6]), text(run.get(8, b"")),
               bool(received.get(4)), bool(received.get(5)), run.get(3, 0))


def _slots(row):
    """The slots of one day: two codes per byte, and a byte of duration for each."""
    spans = dict(_packed(row["durations"]))
    for interval, codes in _packed(row["slots"]):
        durations = spans.get(interval, b"")
        for index in range(2 * len(codes)):
            code = codes[index // 2] >> (4 * (index % 2)) & 15
            if code != LEDGER_OPEN:
                yield Slot(row["check_name"], row["region"],
                           row["day"] * DAY_MS + index * interval, code,
                           durations[index] if index < len(durations) else 0)


def _packed(blob):
    """(interval, bytes) of each: its milliseconds and their length stand before the bytes."""
    data = decompress(blob)
    while data:
        interval, length = (int.from_bytes(data[at:at + 8], "big") for at in (0, 8))
        yield interval, data[16:16 + length]
        data = data[16 + length:]


def fields(data: bytes):
    """(number, value) of each field of a protobuf message; values are ints or bytes."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == 0:
            value, at = _varint(data, at)
        elif kind == 2:
            length, at = _varint(data, at)
            value, at = data[at:at + length], at + length
        else:
            length = {1: 8, 5: 4}[kind]
            value, at = data[at:at + length], at + length
        yield tag >> 3, value


def _varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def text(data: bytes) -> str:
    return data.decode()


def decompress(blob: bytes) -> bytes:
    """One zstd frame that says its size. Raises ValueError when it is damaged."""
    library = _zstd()
    size = library.ZSTD_getFrameContentSize(blob, len(blob))
    if size >= 2**63:
        raise ValueError("a stored blob is not a zstd frame")
    out = ctypes.create_string_buffer(size)
    got = library.ZSTD_decompress(out, size, blob, len(blob))
    if got != size:
        raise ValueError("a stored blob is damaged")
    return out.raw


def _zstd():
    library = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
    library.ZSTD_getFrameContentSize.restype = ctypes.c_ulonglong
    library.ZSTD_getFrameContentSize.argtypes = (ctypes.c_char_p, ctypes.c_size_t)
    library.ZSTD_decompress.restype = ctypes.c_size_t
    library.ZSTD_decompress.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p,
                                        ctypes.c_size_t)
    return library
