# Everything runs from a fresh clone with Python 3.11+, make and git. `make help` lists the targets.

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

BIN := .venv/bin
STAMP := .venv/.stamp
MORE_STAMP := tests/more/node_modules/.stamp
BENCH_STAMP := benchmarks/node_modules/.stamp
# uv is pinned where everything is pinned: in its own lock
UV_VERSION := $(shell sed -n '/^name = "uv"$$/{n;s/^version = "\(.*\)"$$/\1/p;}' uv.lock)
# nothing of the caller's chooses another environment or fetches a Python; the machine's certificates are trusted
UV := UV_SYSTEM_CERTS=true UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=.venv UV_LINK_MODE=copy $(BIN)/uv
# hundreds of tests start the command: none of them has to compile it anew
unexport PYTHONDONTWRITEBYTECODE
PYTEST := $(BIN)/python -m pytest
# many tests wait: for a browser, a server, a process that was killed
WORKERS := $(shell expr 2 \* $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2))

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-18s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml uv.lock
	@set -e; \
	python=; \
	for candidate in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then echo "no Python 3.11 or newer found: install one, or say make PYTHON=/path/to/python" >&2; exit 1; fi; \
	if ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	  echo "setting up .venv with $$("$$python" --version)"; \
	  rm -rf .venv; \
	  "$$python" -m venv .venv || { echo "hint: on Debian and Ubuntu, venv is in the package python3-venv" >&2; exit 1; }; \
	fi; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@$(UV) sync --quiet --frozen --all-extras
	@touch $@

.PHONY: setup
setup: $(STAMP) ## make .venv with everything that is pinned in uv.lock

.PHONY: site
site: $(STAMP) ## build the example sites into output/ and say where to look
	@$(BIN)/policypages build
	@$(BIN)/policypages -C examples/languages build
	@echo
	@echo "Open one of these in a browser:"
	@for page in output/_overview/index.html output/[!_]*/index.html examples/languages/output/[!_]*/index.html; do \
	  [ -f "$$page" ] || { echo "missing: $$page" >&2; exit 1; }; \
	  echo "  $(CURDIR)/$$page"; \
	done

.PHONY: serve
serve: $(STAMP) ## show the example sites at http://localhost:8000/, kept true while you edit
	@$(BIN)/policypages serve

.PHONY: chromium
chromium:
	@sh tests/chromium.sh
	@sh tests/debian.sh pdftotext=poppler-utils

.PHONY: check
check: $(STAMP) ## lint, format, types and walls
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache >.venv/walls.txt 2>&1 || { cat .venv/walls.txt; exit 1; }
	@echo "lint, format, types and walls: fine"

.PHONY: fix
fix: $(STAMP) ## let ruff mend what it can, and format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: test
test: $(STAMP) chromium check ## check, and all tests that need nothing else
	@$(PYTEST) --numprocesses $(WORKERS) --dist worksteal

$(MORE_STAMP): tests/more/package.json tests/more/package-lock.json
	@command -v npm >/dev/null || { echo "npm is not here: install Node.js 20 or newer with npm" >&2; exit 1; }
	@cd tests/more && npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

.PHONY: setup-more
setup-more: $(STAMP) $(MORE_STAMP) ## fetch the outside referees (npm, PyPI, Debian)
	@sh tests/debian.sh nginx shellcheck
	@$(UV) sync --quiet --frozen --all-extras --group more

.PHONY: test-more
test-more: setup-more ## tests with outside referees
	@$(PYTEST) -m more

.PHONY: soak
soak: $(STAMP) ## long runs
	@$(UV) sync --quiet --frozen --all-extras --group soak
	@$(PYTEST) -m soak --timeout 0

$(BENCH_STAMP): benchmarks/peers.txt benchmarks/package.json benchmarks/package-lock.json
	@command -v npm >/dev/null || { echo "npm is not here: install Node.js 20 or newer with npm" >&2; exit 1; }
	@$(BIN)/python -m venv --clear benchmarks/.peers
	@benchmarks/.peers/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/peers.txt
	@cd benchmarks && npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

.PHONY: bench
bench: $(STAMP) $(BENCH_STAMP) ## timings beside the peers; BENCH=--quick for a short run
	@$(BIN)/python -m benchmarks.run $(BENCH)

.PHONY: regen
regen: $(STAMP) ## rewrite golden files and the code map: review them as a diff
	@$(PYTEST) --regen --numprocesses 0

.PHONY: lock
lock: $(STAMP) ## resolve uv.lock anew, newest versions
	@$(UV) lock --upgrade --default-index https://pypi.org/simple

.PHONY: clean
clean: ## remove what was built and fetched
	rm -rf output examples/*/output .policypages .venv tests/more/node_modules benchmarks/.peers benchmarks/.work benchmarks/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find generator tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
