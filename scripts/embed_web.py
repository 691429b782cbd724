#!/usr/bin/env python3
"""Writes the files of web/dist as a C++ source: embed_web.py DIST OUTPUT (see controller/web).

Plain and gzip bytes as string literals, the type by the suffix, the ETag from SHA-256. The same
files give the same source. A DIST that does not exist gives a source without assets.
"""
import gzip
import hashlib
import sys
from pathlib import Path

TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
         ".json": "application/json", ".txt": "text/plain; charset=utf-8"}
BYTES_PER_LINE = 64
HEAD = """\
// Written by scripts/embed_web.py: not for editing.
#include "controller/web/assets.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"  // an asset is one literal

namespace picket::controller {
namespace {
"""


def literal(data: bytes) -> str:
    """Adjacent string literals; octal escapes have three digits, so none runs into the next."""
    def char(byte):
        if 32 <= byte < 127 and byte not in b'"\\?':
            return chr(byte)
        return f"\\{byte:03o}"
    lines = ("".join(map(char, data[start:start + BYTES_PER_LINE]))
             for start in range(0, len(data), BYTES_PER_LINE))
    return "\n    ".join(f'"{line}"' for line in lines) or '""'


def view(name: str, data: bytes) -> str:
    return f"constexpr std::string_view {name}{{\n    {literal(data)}, {len(data)}}};\n"


def asset(number: int, path: str, data: bytes):
    """(declarations, row of the table) of one file."""
    if Path(path).suffix not in TYPES:
        raise SystemExit(f"embed_web.py: no content type for {path}: add its suffix to TYPES")
    packed = gzip.compress(data, 9, mtime=0)
    if len(packed) >= len(data):
        packed = b""
    tag = hashlib.sha256(data).hexdigest()[:32]
    row = f'    {{"{path}", "{TYPES[Path(path).suffix]}", "\\"{tag}\\"", kBody{number}, ' \
          f"kGzip{number}}},\n"
    return view(f"kBody{number}", data) + view(f"kGzip{number}", packed), row


def source(dist: Path) -> str:
    files = sorted(path for path in dist.rglob("*") if path.is_file()) if dist.is_dir() else []
    parts = [asset(number, "/" + path.relative_to(dist).as_posix(), path.read_bytes())
             for number, path in enumerate(files)]
    text = HEAD + "".join(declaration for declaration, _ in parts)
    if parts:
        text += "constexpr Asset kAssets[] = {\n" + "".join(row for _, row in parts) + "};\n"
        found = "kAssets"
    else:
        found = "{}"
    return text + f"""
}}  // namespace

std::span<const Asset> embedded_assets() {{ return {found}; }}

}}  // namespace picket::controller
"""


def main(arguments):
    if len(arguments) != 2:
        raise SystemExit("usage: embed_web.py DIST OUTPUT")
    output = Path(arguments[1])
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(source(Path(arguments[0])), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1:])
