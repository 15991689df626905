"""Running CaseHug: the command line, the local database, the worker, the demo."""
