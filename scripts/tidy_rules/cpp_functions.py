"""Finds the function bodies of a C++ file by its braces: a heuristic, good for this house style."""
import re
from dataclasses import dataclass

SCOPE = re.compile(r"\b(namespace|extern|class|struct|union|enum)\b(?![^<]*>)")
CONTROL = re.compile(r"^\s*(?:\}\s*)?(if|else|for|while|switch|do|try|catch)\b")
COROUTINE = re.compile(r"\bco_(await|return|yield)\b")


@dataclass(frozen=True)
class Function:
    name: str
    first: int  # offset of the opening brace
    last: int  # offset of the closing brace
    head: str  # from the end of what stands before it to the opening brace
    parameters: int
    body: str

    @property
    def is_coroutine(self):
        return COROUTINE.search(self.body) is not None

    def nesting(self):
        """How deep control blocks stand in each other."""
        deepest, open_brackets, start = 0, [], 0
        for offset, char in enumerate(self.body):
            if char == "{":
                open_brackets.append(CONTROL.match(self.body[start:offset]) is not None)
                deepest = max(deepest, open_brackets.count(True))
            elif char == "(":
                open_brackets.append(None)
            elif char in ")}" and open_brackets:
                open_brackets.pop()
            in_parentheses = open_brackets and open_brackets[-1] is None
            if char in "{}" or (char == ";" and not in_parentheses):
                start = offset + 1
        return deepest


def matching(code, start):
    """The offset of the bracket that closes code[start]; the end of the text if none does."""
    depth = 0
    for offset in range(start, len(code)):
        if code[offset] in "([{":
            depth += 1
        elif code[offset] in ")]}":
            depth -= 1
            if depth == 0:
                return offset
    return len(code) - 1


def parameters_of(head):
    """(name, count) from a function's head; the first parentheses behind a name are its list."""
    found = re.search(r"(operator\s*\(\)|operator\s*[^\s(]+|[~\w:]+|\])\s*\(", head)
    if not found:
        return head.strip()[-40:], 0
    start = found.end() - 1
    inside = head[start + 1:matching(head, start)]
    name = "lambda" if found.group(1) == "]" else found.group(1)
    if not inside.strip() or name.isupper() or name == "TEST_CASE":
        return name, 0
    depth, count = 0, 1
    for char in inside:
        depth += (char in "<([{") - (char in ">)]}")
        count += char == "," and depth == 0
    return name, count


def is_scope(head):
    return bool(SCOPE.search(head)) and not re.search(r"\)\s*(const|noexcept|override|->|$)", head)


def functions(code):
    """Yields each Function of blanked C++ code; lambdas inside belong to their function."""
    start = offset = 0
    while offset < len(code):
        char = code[offset]
        if char in "([":
            offset = matching(code, offset)
        elif char in ";}":
            start = offset + 1
        elif char == "{":
            head = code[start:offset]
            if is_scope(head):
                start = offset + 1
            else:
                end = matching(code, offset)
                following = code[end + 1:end + 200].lstrip()[:1]
                is_initialiser = following in (",", "{") or ")" not in head
                if not is_initialiser and not head.rstrip().endswith("="):
                    name, count = parameters_of(head)
                    yield Function(name, offset, end, head, count, code[offset + 1:end])
                    start = end + 1
                offset = end
        offset += 1
