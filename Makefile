# The front door. `make demo` and `make test` do all their own set-up; the rest is listed by `make help`.

VENV := .venv
PY := $(VENV)/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# The type checker loads the settings; they only have to be well formed.
CHECK_ENV := CASEHUG_SECRET_KEY=check CASEHUG_ENCRYPTION_KEYS=check DATABASE_URL=postgresql://check@127.0.0.1/check

.PHONY: help demo test torture check dev bench lock clean format browser

help: ## List what this Makefile can do
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: $(VENV)/.runtime ## Start everything, walk the main job, stay until Ctrl-C (ONCE=1: exit after the walk)
	@$(PY) -m casehug.ops.demo $(if $(ONCE),--once)

dev: $(VENV)/.runtime ## The demo's servers with code reload and debug pages, without the walk
	@$(PY) -m casehug.ops.demo --dev

test: $(VENV)/.dev browser ## All tests, with the browser journeys where Chromium is or can be installed
	@$(PY) -m pytest -n 2 --dist loadgroup $(ARGS)

check: $(VENV)/.dev ## Format, lint, types, import contracts
	@$(VENV)/bin/ruff format --check src tests benchmarks
	@$(VENV)/bin/ruff check src tests benchmarks
	@$(CHECK_ENV) $(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-cache
	@echo "check: clean"

format: $(VENV)/.dev ## Put the code into its form
	@$(VENV)/bin/ruff format src tests benchmarks
	@$(VENV)/bin/ruff check --fix src tests benchmarks

torture: $(VENV)/.dev ## Kill, freeze and starve the sync engine for a long time, and print what came of it
	@CASEHUG_TORTURE=long $(PY) -m pytest -n 2 --dist loadgroup -v tests/torture tests/sync/test_identity.py

bench: $(VENV)/.runtime ## Measure the promised figures: figure, target, verdict
	@$(PY) -m benchmarks

lock: ## Renew the lock files (needs uv)
	uv pip compile pyproject.toml --generate-hashes --no-header --allow-unsafe --quiet --upgrade -o requirements.lock
	uv pip compile pyproject.toml --extra dev --generate-hashes --no-header --allow-unsafe --quiet --upgrade \
		-c requirements.lock -o requirements-dev.lock

clean: ## Remove the environment, the local databases and caches
	rm -rf $(VENV) .data screenshots .mypy_cache .ruff_cache .pytest_cache .hypothesis src/*.egg-info

browser:
	@sh scripts/browser.sh

$(VENV)/.runtime: requirements.lock pyproject.toml
	@sh scripts/environment.sh $(VENV) requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml
	@sh scripts/environment.sh $(VENV) requirements-dev.lock
	@touch $(VENV)/.runtime $@
