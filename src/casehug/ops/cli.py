"""The `casehug` command. Two of its words work before anything is configured; the rest is Django's command line."""

import os
import sys

from casehug.ops import database
from casehug.ops.keys import print_keys

NEW_PASSWORDS = "--new-passwords"


def main(arguments: list[str] | None = None) -> None:
    words = sys.argv[1:] if arguments is None else arguments
    match words:
        case ["keys"]:
            print_keys()
        case ["init-database", admin_url, *rest]:
            names = [word for word in rest if word != NEW_PASSWORDS]
            database.init_and_print(admin_url, name=names[0] if names else "casehug", replace=NEW_PASSWORDS in rest)
        case _:
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casehug.config.settings")
            from django.core.management import execute_from_command_line  # noqa: PLC0415 - needs settings

            execute_from_command_line(["casehug", *words])


if __name__ == "__main__":
    main()
