# Everything a checkout needs; `make` alone lists the targets.
#
# .venv is made from the lock files in requirements/. `make demo` installs only what the proxy
# needs, `make test` also the tools; each is done again only when a lock or pyproject.toml changed.

PYTHON ?= python3
BIN := .venv/bin

# The locks are complete, so pip resolves nothing (--no-deps), and every file must match its hash.
# They name no index: this machine's pip configuration decides where the files come from.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps

.DEFAULT_GOAL := help
.PHONY: help venv demo demo-window test screenshots format translations bench soak-window crash-test package package-test lock clean system-libraries

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' \
	  | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

venv: .venv/.dev ## make .venv from the lock files, with .venv/bin/pollux and all tools in it

demo: .venv/.runtime ## serve a simulated Google and send requests through it; ONCE=1 stops after them
	$(BIN)/pollux demo --headless $(if $(ONCE),--once)

demo-window: .venv/.desktop ## the same demo in the window
	$(BIN)/pollux demo

test: export QT_QPA_PLATFORM = offscreen
test: export LC_ALL = C.UTF-8
test: .venv/.dev system-libraries ## run every check: format, lint, types, contracts, tests with coverage
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest --cov

format: .venv/.dev ## format the code and mend what the linter can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

translations: .venv/.dev ## extract the window's texts and compile them; run it after changing a plural
	$(BIN)/python -m tests.desktop.translations

screenshots: export QT_QPA_PLATFORM = offscreen
screenshots: .venv/.dev ## take the pictures of resources/screenshots anew, from the demo
	$(BIN)/python -m tests.screenshots

bench: .venv/.dev ## measure Pollux against a bare proxy: the table of the README
	$(BIN)/python -m tests.bench

soak-window: .venv/.dev ## use the window for MINUTES (30) under 20,000 requests; look what it loses
	$(BIN)/python -m tests.soak --minutes $(or $(MINUTES),30)

crash-test: .venv/.dev ## kill ROUNDS (1000) writers of credentials at random moments; look what is lost
	$(BIN)/python -m tests.crash $(or $(ROUNDS),1000)

# They make an environment of their own from the lock files, below build/.
package: ## build the .deb, the tar.xz and a Windows setup for tests (by Wine) into dist/
	$(PYTHON) build_installer.py --target deb --target tar --target wine-nsis

package-test: export PATH := $(PATH):/usr/sbin:/sbin
package-test: .venv/.dev ## install, use, upgrade, remove them; build and run the image if it has the tools
	$(BIN)/python -m tests.installer.proof.deb
	$(BIN)/python -m tests.installer.proof.windows
	$(BIN)/python -m tests.installer.proof.image --if-possible

# uv is run without any configuration of this machine, so that only public files get into the locks.
LOCK := env -u UV_INDEX -u UV_INDEX_URL -u UV_DEFAULT_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
  uv --no-config pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --custom-compile-command "make lock"

lock: ## write requirements/*.txt anew with the newest versions for all systems; needs uv
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	$(LOCK) --all-extras --override requirements/overrides.in pyproject.toml requirements/build.in \
	  --output-file requirements/dev.txt
	$(LOCK) --constraint requirements/dev.txt pyproject.toml --output-file requirements/runtime.txt
	$(LOCK) --constraint requirements/dev.txt --extra speech pyproject.toml --output-file requirements/server.txt
	$(LOCK) --constraint requirements/dev.txt --extra desktop pyproject.toml --output-file requirements/desktop.txt
	$(LOCK) --constraint requirements/dev.txt requirements/build.in --output-file requirements/build.txt
	$(LOCK) --constraint requirements/dev.txt requirements/package.in --output-file requirements/package.txt

clean: ## remove .venv and everything else that was made
	rm -rf .venv .coverage build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Pollux needs Python 3.11 or later; name it: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.runtime: .venv/.python requirements/build.txt requirements/runtime.txt pyproject.toml
	$(INSTALL) --require-hashes -r requirements/build.txt -r requirements/runtime.txt
	$(INSTALL) --no-index --no-build-isolation --editable .
	@touch $@

.venv/.desktop: .venv/.runtime requirements/desktop.txt
	$(INSTALL) --require-hashes -r requirements/desktop.txt
	@touch $@

.venv/.dev: .venv/.runtime requirements/dev.txt
	$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

system-libraries: .venv/.dev
	@$(BIN)/python tests/system_libraries.py
