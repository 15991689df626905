"""python -m benchmarks [bulk] [delivery] [engine] [pages] [start] [uploads]"""

import sys

from benchmarks import bulk, delivery, engine, pages, start, uploads

PARTS = {
    "bulk": bulk.measure,
    "delivery": delivery.measure,
    "engine": engine.measure,
    "pages": pages.measure,
    "start": start.measure,
    "uploads": uploads.measure,
}


def main(wanted: list[str]) -> int:
    missed = 0
    for name in wanted or list(PARTS):
        for figure in PARTS[name]():
            print(figure.line(), flush=True)
            missed += figure.missed
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
