"""Whether a value under a telling name may be a secret: the filter that keeps placeholders, references and words out.

Tuned on the added lines of honest commits (benchmarks/secrets/README.md): each rule answers a false alarm seen there.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from enum import Enum
from urllib.parse import unquote

from gatecheck.measurements.secrets.candidate import Candidate
from gatecheck.measurements.secrets.names import Sort, sort_of


class Weight(Enum):
    """How likely a value is a secret."""

    NONE = 0
    WEAK = 1
    STRONG = 2


LONGEST = 4096  # characters; a longer text under a telling name is a document
SHORTEST = 4
_SHORT_REST = 4  # characters that must be left of a password without its placeholder words
_KEY_LENGTH, _SHORT_KEY_LENGTH = 16, 8  # characters: generated keys are 16 or more
_GENERATED_LENGTH = 32  # characters: Django's keys have 50, WordPress's 64
_KEY_ENTROPY = 3.0  # bits a character: 32 random hex digits have 3.4 or more, identifiers of words less
_MARKS, _DENSE = 5, 4.5  # different marks, bits a character: Django's keys have no capitals, and prose has not both
_LONGEST_EXAMPLE = 100  # characters
_WORDY = 0.75  # share of a value that stands in pronounceable words
# What is filled in later: shell, templates, formats, calls, the names of environment variables.
_REFERENCE = re.compile(
    r"^\$[\w({]|\$\{[^}]*\}|\$\([^)]*\)|\{\{|\{%|\[\[|%\(|<[^<>]+>|^[{(\[].*[})\]]$|^%\w*%?$|^[@!&*][a-z][\w./-]*$|^%[sdr]|\{[\w.!:]*\}"
    r"|^[\w.]+\([^()]*\)$|^(?:os\.|process\.)?env(?:iron)?\b|^secrets?\.|^(?:vault|file|arn):|^ref\+|^[a-z_]+\.[a-z_.]+$"
)
_PLACE = re.compile(
    r"^\w+://|^\d{4}-\d\d-\d\d|^[~.]{0,2}/[\w.-]|^[A-Za-z]:\\|^[\w.-]+\.(?:txt|pem|key|json|ya?ml|env|py|toml|ini|cfg|crt|html?)$"
)
_HASH = re.compile(
    r"^\$(?:2[abxy]|1|5|6|argon2\w*|pbkdf2\S*)\$|^\{?(?:ssha|sha\d*|md5|crypt|bcrypt|pbkdf2_sha256)[}$:]", re.IGNORECASE
)
_NOTHING = frozenset(("password", "passwd", "pass", "passphrase", "pwd", "string", "text", "true", "false"))
_PLACEHOLDER = re.compile(
    r"change[\W_]?(?:me|this|it)|replace[\W_]?(?:me|this|with)?|your|example|placeholder|dummy|fake|mock|sample|redacted|masked"
    r"|hidden|insert|enter|todo|fixme|tbd|none|null|nil|undefined|default|optional|required|invalid|wrong|unused|foo(?:bar)?"
    r"|not[\W_]?(?:a|so)?[\W_]?(?:secret|real|used|set)|x{3,}|\*{2,}|\.{3}|…|(.)\1{3,}|deadbeef|cafebabe|here|goes",
    re.IGNORECASE,
)
# Words of which stand-ins are built; a password built of them alone is weak.
_COMMON = re.compile(
    r"p[a@4][s$5]{2}(?:w[o0]rd|wd|phrase)?|s[e3]cr[e3]t|t[o0]ken|key|user(?:name)?|admin|root|guest|test(?:ing|er)?|demo|access|refresh"
    r"|bearer|client|api|auth|oauth\d?|login|my|the|a?b?c?123\d*|qwerty|abcd?e?f?|letmein|welcome|super|very|some|any|old|new"
    r"|random|string|value|data|bar|baz|spam|eggs|hello|world|jwt|basic|sha\d+|md5|utf\d+|base\d+|v\d+",
    re.IGNORECASE,
)
_SEQUENCE = re.compile(r"01234567|12345678|abcdefgh|hgfedcba|87654321", re.IGNORECASE)
_PIECES = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_STUMBLE = re.compile(r"[bcdfghjklmnpqrstvwxz]{5}|q(?!u)|^[^aeiouy]{4,}$", re.IGNORECASE)


def weigh(sort: Sort, value: str) -> Weight:
    """Weigh a value that stands under a name of the sort."""
    text = value.strip()
    if not SHORTEST <= len(text) <= LONGEST:
        return Weight.NONE
    if _generated(text):
        return Weight.STRONG
    if any(char.isspace() for char in text):
        return Weight.NONE  # a prompt, a sentence
    if _REFERENCE.search(text) or _PLACE.match(text):
        return Weight.NONE
    if _HASH.match(text):
        return Weight.WEAK  # no password, and still food for a cracker
    return _weigh_password(text) if sort is Sort.PASSWORD else _weigh_key(text)


def suspect(name: str, value: str, line: int) -> Candidate | None:
    """Give the candidate that a name with a value is, None where it is none."""
    sort = sort_of(name)
    weight = weigh(sort, value) if sort and not _says_name(value, name) else Weight.NONE
    if sort is None or weight is Weight.NONE:
        return None
    return Candidate(f"hardcoded-{sort}", line, value, name, weak=weight is Weight.WEAK)


def unnamed(
    sort: Sort, value: str, line: int, rule: str = "written-credential", *, weak: bool = False
) -> Iterator[Candidate]:
    """Give the candidate that a value is where only a secret of the sort can stand; addresses quote some signs."""
    weight = weigh(sort, unquote(value))
    if weight is not Weight.NONE:
        yield Candidate(rule, line, value, weak=weak or weight is Weight.WEAK)


def _says_name(value: str, name: str) -> bool:
    """Tell whether a value only repeats its name: `DB_PASSWORD = "db-password"` names something."""
    return re.sub(r"[\W_]", "", value).lower() in re.sub(r"[\W_]", "", name).lower()


def is_example(token: str) -> bool:
    """Tell whether a provider's token is one that its manual prints: no real one says so or counts upwards.

    Long ones are none: keys and their like hold runs of one letter, and a comment may stand among their lines.
    """
    manual = r"example|(.)\1{7,}|0123456789|1234567890|abcdefghij"
    return len(token) <= _LONGEST_EXAMPLE and bool(re.search(manual, token, re.IGNORECASE))


def entropy(text: str) -> float:
    """Give Shannon's entropy of the characters, in bits a character."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)


def wordy(text: str) -> bool:
    """Tell whether a text consists of pronounceable words and short numbers, as identifiers do."""
    pieces = [piece for piece in _PIECES.findall(text) if len(piece) > 2 and not piece.isdigit()]  # noqa: PLR2004 - "id", "of"
    words = sum(len(piece) for piece in pieces if not _STUMBLE.search(piece))
    marks = sum(not char.isalnum() for char in text)
    return words >= _WORDY * (len(text) - marks)


def _generated(text: str) -> bool:
    """Tell whether a text uses all of the keyboard, as what frameworks generate does, spaces and braces included."""
    tests = (str.islower, str.isupper, str.isdigit, lambda char: not char.isalnum() and not char.isspace())
    marks = {char for char in text if not char.isalnum() and not char.isspace()}
    classes = sum(any(test(char) for char in text) for test in tests)
    used = classes == len(tests) or (classes == len(tests) - 1 and len(marks) >= _MARKS and entropy(text) >= _DENSE)
    document = "\n" in text or (text.startswith(("[", "{")) and '"' in text)
    told = document or len(text) < _GENERATED_LENGTH or wordy(text) or _PLACEHOLDER.search(text)
    return used and not told


def _weigh_password(text: str) -> Weight:
    if placeheld := _PLACEHOLDER.search(text):
        text = _PLACEHOLDER.sub("", text)
    rest = _COMMON.sub("", text)
    if len(rest) >= _SHORT_REST and _mixed(rest if placeheld else text) and not _words_and_marks(rest):
        return Weight.STRONG
    if placeheld or not any(char.isalnum() for char in text) or text.lower() in _NOTHING:
        return Weight.NONE
    return Weight.WEAK if _COMMON.fullmatch(text) is None or _mixed(text) else Weight.NONE


def _weigh_key(text: str) -> Weight:
    rest = _PLACEHOLDER.sub("", text)
    if _SEQUENCE.search(rest) or len(rest) < _SHORT_KEY_LENGTH or not _mixed(rest) or wordy(rest):
        return Weight.NONE
    if len(rest) < _KEY_LENGTH or entropy(rest) < _KEY_ENTROPY:
        return Weight.WEAK
    return Weight.STRONG


def _mixed(text: str) -> bool:
    """Tell whether letters stand with digits or with marks that identifiers do not have, or in both cases at random."""
    letters, digits = any(char.isalpha() for char in text), any(char.isdigit() for char in text)
    marks = any(not char.isalnum() and char not in "-_.:/," for char in text)
    swings = len(re.findall(r"[a-z][A-Z]|[A-Z]{2}[a-z]", text))
    return (letters and (digits or marks)) or swings > len(text) // 6


def _words_and_marks(text: str) -> bool:
    """Tell whether a text is made of lower-case words with the marks of identifiers, paths and prose between them."""
    return bool(re.fullmatch(r"[a-z]*(?:[-_.:/,'!?]+[a-z]+)*[-_.:/,!?']*", text, re.IGNORECASE)) and wordy(text)
