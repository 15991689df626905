"""Fresh secrets for a new installation."""

import sys
from secrets import token_urlsafe

from casehug.kit.encryption import generate_key


def fresh_keys() -> dict[str, str]:
    return {"CASEHUG_SECRET_KEY": token_urlsafe(48), "CASEHUG_ENCRYPTION_KEYS": f"k1:{generate_key()}"}


def print_keys() -> None:
    for name, value in fresh_keys().items():
        sys.stdout.write(f"{name}={value}\n")
    sys.stderr.write("Keep both in a secret store. Without the second, tokens and documents cannot be read again.\n")
