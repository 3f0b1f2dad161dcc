# Everything here needs Python 3.11 or newer and nothing else; each target sets itself up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check requirements clean

demo: $(VENV)/run.stamp
	$(BIN)/platekeeper demo $(ARGS)

test: $(VENV)/test.stamp
	$(BIN)/python -m tests $(ARGS)

check: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(BIN)/djlint --quiet --check src/platekeeper/office --extension html
	$(BIN)/python -m platekeeper.office.config.manage makemigrations --check --dry-run

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Platekeeper needs Python 3.11 or newer: install it, then say `make PYTHON=python3.11 ...`.' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo 'The venv module is missing: on Debian and Ubuntu, `apt install python3-venv`.' >&2; exit 1; }

$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test.stamp: requirements/test.txt $(VENV)/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/test.txt
	@touch $@

# Pins what requirements/*.in ask for. Needs uv (pip install uv).
requirements:
	for set in run test; do uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --override requirements/override.txt requirements/$$set.in -o requirements/$$set.txt || exit 1; done

clean:
	rm -rf $(VENV) build src/*.egg-info
