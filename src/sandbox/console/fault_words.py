"""Faults in words, and the ones that are ordered with one click."""

from sandbox.faults import ALWAYS, KINDS, Fault

KIND_WORDS = {
    "status": "answer with a status, nothing stored",
    "status_after_commit": "store it, then answer with a status",
    "drop": "store it, then lose the answer",
    "drop_before": "break the connection, nothing stored",
    "late": "break the connection, store it later",
    "cut": "store it, then send half the answer",
    "html": "answer with a web page, nothing stored",
    "html_after_commit": "store it, then answer with a web page",
    "slow": "wait, then carry it out",
    "down": "no answer at all, nothing stored",
    "revoke": "revoke the token for good, answer 401",
    "expire": "let the token expire, answer 401",
    "ignore_stage": "carry it out, but leave the stage as it was",
    "invalid_field": "refuse one field with 422",
}
assert set(KIND_WORDS) == set(KINDS)

# (heading, [(what happens, the fault as form values)])
PRESETS: list[tuple[str, list[tuple[str, str, dict[str, str]]]]] = [
    ("Answers that get lost", [
        ("New matter stored, reply lost", "The matter is made, the answer never arrives.",
         {"kind": "drop", "method": "POST", "path": "^/v1/prospects$"}),
        ("Reply lost, nothing stored", "The connection breaks before the next new matter is made.",
         {"kind": "drop_before", "method": "POST", "path": "^/v1/prospects$"}),
        ("Stored 20 seconds late", "The connection breaks; the matter appears 20 seconds later.",
         {"kind": "late", "method": "POST", "path": "^/v1/prospects$", "seconds": "20"}),
        ("One reply in five lost", "Writes are carried out, a fifth of the answers is lost, until cleared.",
         {"kind": "drop", "method": "POST", "path": "^/v1/", "times": "always", "probability": "0.2"}),
        ("Half an answer", "The next write goes through, its answer is cut.",
         {"kind": "cut", "method": "POST", "path": "^/v1/"}),
        ("Slow", "The next call takes eight seconds and is then carried out.",
         {"kind": "slow", "path": "^/v1/", "seconds": "8"}),
    ]),
    ("Errors", [
        ("Server error, twice", "500 before anything is stored.",
         {"kind": "status", "path": "^/v1/", "times": "2", "status": "500"}),
        ("Bad gateway, nothing stored", "502 for the next write.",
         {"kind": "status", "method": "POST", "path": "^/v1/", "status": "502"}),
        ("Stored, then 502", "The next write goes through, the answer is an error.",
         {"kind": "status_after_commit", "method": "POST", "path": "^/v1/", "status": "502"}),
        ("A web page with 200", "HTML where JSON was due.", {"kind": "html", "path": "^/v1/"}),
        ("Title refused", "422 for the next case title.",
         {"kind": "invalid_field", "method": "*", "path": "^/v1/prospects", "field": "case_title"}),
        ("Down", "Nothing answers five times.", {"kind": "down", "path": "^/(v1|oauth)/", "times": "5"}),
    ]),
    ("Too many requests", [
        ("429, wait a minute", "Retry-After: 60.",
         {"kind": "status", "path": "^/v1/", "status": "429", "retry_after": "60"}),
        ("429, wait 0", "Retry-After: 0.", {"kind": "status", "path": "^/v1/", "status": "429", "retry_after": "0"}),
        ("429, wait -1", "Retry-After: -1.", {"kind": "status", "path": "^/v1/", "status": "429", "retry_after": "-1"}),
        ("429, wait a century", "Retry-After: 3155760000.",
         {"kind": "status", "path": "^/v1/", "status": "429", "retry_after": "3155760000"}),
        ("429, until a date", "The HTTP date of 90 seconds from now.",
         {"kind": "status", "path": "^/v1/", "status": "429", "retry_after": "date:90"}),
        ("429, garbage", "Retry-After: soon.",
         {"kind": "status", "path": "^/v1/", "status": "429", "retry_after": "soon"}),
        ("429, no word of when", "Without Retry-After.", {"kind": "status", "path": "^/v1/", "status": "429"}),
    ]),
    ("Access and stages", [
        ("Token revoked", "The next call loses its token for good: 401.", {"kind": "revoke", "path": "^/v1/"}),
        ("Token expired", "The next call finds its token expired: 401.", {"kind": "expire", "path": "^/v1/"}),
        ("Stage ignored", "The next matter is stored without its stage.",
         {"kind": "ignore_stage", "path": "^/v1/prospects"}),
    ]),
]  # fmt: skip


def in_words(rule: Fault) -> str:
    words = KIND_WORDS[rule.kind].replace("with a status", str(rule.status))
    if rule.retry_after is not None:
        words += f", Retry-After: {rule.retry_after}"
    if rule.kind in ("slow", "late"):
        words += f" ({rule.seconds:g} s)"
    if rule.field:
        words += f" ({rule.field})"
    return words


def when_in_words(rule: Fault) -> str:
    parts = ["always" if rule.times > ALWAYS // 2 else f"{rule.times} ×"]
    if rule.nth > 1:
        parts.append(f"from request {rule.nth} on")
    if rule.every > 1:
        parts.append(f"one in {rule.every}")
    if rule.probability < 1:
        parts.append(f"with {rule.probability:.0%} chance")
    return ", ".join(parts)
