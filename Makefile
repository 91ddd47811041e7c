# Everything a person does with a checkout. `make` alone lists it. Needs Python 3.11 or newer, and make.
.DEFAULT_GOAL := help
.PHONY: help demo run test check property drill bench docs lock clean .venv
JOBS ?= 2
BIN := .venv/bin

help:  ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
		while IFS='|' read -r name text; do printf '%-14s %s\n' "$$name" "$$text"; done

demo: .venv  ## seed six communities with published figures, check them, then serve
	$(BIN)/ricochet demo

run: .venv  ## start the server (settings: RICOCHET_*)
	$(BIN)/ricochet serve

test: check  ## check, then every test (brings its own PostgreSQL where there is none)
	$(BIN)/python -m pytest -n $(JOBS)

check: .venv  ## style, types and import rules, without running anything
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

property: .venv  ## the generated tests at length: many more examples than `make test`
	$(BIN)/python -m pytest tests/property tests/faults -n $(JOBS) --hypothesis-profile=long --timeout=3600

drill: .venv  ## sow single defects into copies of the tree; each must be noticed by a test
	$(BIN)/python -m tests.drill --jobs $(JOBS)

bench: .venv  ## measure the speed of the main paths on this machine
	$(BIN)/python -m tests.bench

docs: .venv  ## write the generated reference pages again
	$(BIN)/python -m docs.generate

lock: .venv  ## pin requirements*.in again (needs `uv` on the PATH)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-dev.in -o requirements-dev.txt

clean:  ## remove the environment and what tools left behind
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is made once, and again when a pinned version or the set of packages changes.
.venv: .venv/ready

.venv/ready: requirements.txt requirements-dev.txt pyproject.toml
	@python=; for each in "$(PYTHON)" python3.11 python3.12 python3.13 python3.14 python3 python; do \
		if [ -n "$$each" ] && "$$each" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
		then python=$$each; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo 'Ricochet needs Python 3.11 or newer with its venv module. Install python3.11 (on Debian also' >&2; \
		echo 'python3-venv), or name one: make PYTHON=/path/to/python' >&2; exit 1; \
	fi; \
	$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || "$$python" -m venv --clear .venv
	$(BIN)/python -m pip install -q --require-hashes -r requirements.txt -r requirements-dev.txt
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation --editable .
	@touch $@
