"""python -m benchmarks [delivery] [pages] [start]"""

import sys

from benchmarks import delivery, pages, start

PARTS = {"delivery": delivery.measure, "pages": pages.measure, "start": start.measure}


def main(wanted: list[str]) -> int:
    missed = 0
    for name in wanted or list(PARTS):
        for figure in PARTS[name]():
            print(figure.line(), flush=True)
            missed += figure.missed
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
