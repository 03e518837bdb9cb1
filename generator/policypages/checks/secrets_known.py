"""What passwords and keys look like: data of a rule.

The patterns are those of detect-secrets (Apache 2.0, https://github.com/Yelp/detect-secrets, its
folder `detect_secrets/plugins`) and, where it has none, of gitleaks (MIT,
https://github.com/gitleaks/gitleaks, its `config/gitleaks.toml`), written anew in 2026-11; so are the
limits of entropy: 4.5 bits a character for base64, 3 for hexadecimal digits.
"""

from __future__ import annotations

from typing import Final

# what it is, and a pattern of it
KNOWN: Final = (
    ("a private key", r"BEGIN (?:DSA |EC |OPENSSH |PGP |RSA |SSH2 ENCRYPTED |ENCRYPTED )?PRIVATE KEY"),
    ("a PuTTY private key", r"PuTTY-User-Key-File-[23]"),
    ("an AWS access key", r"\b(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9_]{36}|github_pat_\w{60,82})"),
    (
        "a GitLab token",
        r"\bgl(?:pat|oas|dt|rt|cbt|ptt|ft|imt|agent|soat)-[A-Za-z0-9_-]{20,50}(?!\w)",
    ),
    ("a Slack token", r"(?i:\bxox[abposr]-(?:\d+-)+[a-z0-9]+)"),
    ("a Slack webhook", r"https://hooks\.slack\.com/services/T\w+/B\w+/\w+"),
    ("a Stripe key", r"\b[rs]k_(?:live|test|prod)_[0-9a-zA-Z]{10,99}\b"),
    ("a Google API key", r"\bAIza[\w-]{35}"),
    ("a SendGrid key", r"\bSG\.[\w-]{22}\.[\w-]{43}"),
    ("an npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("a PyPI token", r"\bpypi-AgE[\w-]{50,}"),
    ("a Twilio key", r"\bSK[0-9a-f]{32}\b"),
    ("a JSON web token", r"\beyJ[\w=-]{8,}\.eyJ[\w=-]{8,}\.?[\w.+/=-]*"),
    ("an address with a password", r"://[^\s:/@]+:[^\s:/@]+@"),
    (
        "a password",
        (
            r"(?i:\b(?:password|passwd|pwd|passphrase|api[_-]?key|secret[_-]?key|client[_-]secret|access[_-]token)"
            r"\s*[:=]\s*[\"']?)(?=\S*[\d!@#$%^&*])[^\s\"']{6,}"
        ),
    ),
)

# names of facts whose value is a secret
NAMED: Final = r"(?i:passw(?:or)?d|passphrase|api_?key|secret|private_?key|access_?token|auth_?token)"

LONG: Final = r"[A-Za-z0-9+/_=-]{32,}"
MIN_BASE64: Final = 4.5
MIN_HEX: Final = 3.0
