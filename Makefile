# Two commands: `make demo` and `make test`. All that they need is installed below .venv and .local.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test test-unit test-contract test-integration test-browser test-e2e test-keycloak screens alerts lint types contracts dashboards kubernetes format lock sbom audit pairs canary bench upgrade-check images images-check clean

PYTHON ?= python3.13 python3.12 python3.11 python3 python
PY := .venv/bin/python
PIP := $(PY) -m pip -qq --disable-pip-version-check --no-input

# Downloads are kept in the home folder; where there is none to write to, in .local.
ifneq ($(shell test -n "$$HOME" && test -w "$$HOME" && echo yes),yes)
export HOME := $(CURDIR)/.local/home
endif
PROMTOOL := .local/prometheus/usr/bin/promtool

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-17s %s\n", $$1, $$2}' Makefile

demo: .venv/for-demo ## play the case stories on a real Kafka and PostgreSQL (ARGS=--once: verify and leave)
	@$(PY) -m deploy.demo $(ARGS)

test: lint types test-unit test-contract test-integration test-browser test-e2e ## everything a change must pass

test-unit: .venv/for-tests ## decisions and data; nothing needs to run
	$(PY) -m pytest -q tests/unit

test-contract: .venv/for-tests ## the events against their published schemas and examples
	$(PY) -m pytest -q tests/contracts

test-integration: .venv/for-tests ## one part at a time on a real Kafka and PostgreSQL
	$(PY) -m pytest -q -n 2 --dist worksteal tests/integration

test-browser: .venv/for-tests ## pages in a real browser: on a phone and at a desk, without scripts, by keyboard
	$(PY) -m pytest -q -n 2 --dist loadfile tests/browser

test-keycloak: .venv/for-tests ## logging in at a real Keycloak (176 MB the first time); not a part of `make test`
	$(PY) -m pytest -q tests/keycloak

screens: .venv/for-tests ## a picture of each page in .local/screens, to be looked at
	@rm -rf .local/screens
	LA_SCREENS=1 $(PY) -m pytest -q -n 2 --dist loadfile tests/browser

test-e2e: .venv/for-tests ## all services together
	$(PY) -m pytest -q tests/e2e

bench: .venv/for-tests ## what is fast, and how fast: pages with a whole country's rows
	$(PY) -m bench.pages

upgrade-check: .venv/for-tests ## the build before (PREVIOUS=v1.2) and this one side by side, replica by replica, under load; and back
	@$(PY) -m tests.chaos.upgrade $(if $(PREVIOUS),--previous $(PREVIOUS)) $(ARGS)

pairs: .venv/for-tests ## all 98 kommuner and a leader in each, each against the things of each other, on every route and topic
	$(PY) -m tests.leaks.pairs

canary: .venv/for-tests ## plant what may lie nowhere, and look for it in every topic, file, dump, log and figure
	$(PY) -m tests.leaks.canary

alerts: .venv/for-tests ## play each alert with promtool: from the PATH, or out of Debian's package
	@command -v promtool > /dev/null || test -x $(PROMTOOL) || { \
		mkdir -p .local/prometheus && cd .local/prometheus && apt-get -qq -o APT::Sandbox::User=root download prometheus && dpkg -x prometheus_*.deb .; \
	} || { echo "promtool is needed: put it on the PATH" >&2; exit 1; }
	$(PY) -m pytest -q tests/unit/test_alerts.py

lint: .venv/for-tests ## style, and who may import whom
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	.venv/bin/lint-imports

types: .venv/for-tests ## mypy --strict
	$(PY) -m mypy shared services deploy tests bench

contracts: .venv/for-tests ## write schemas, examples, AsyncAPI and the pages of rules and stories anew from the code
	$(PY) -m tests.contracts

dashboards: .venv/for-tests ## write Grafana's dashboards anew from deploy/grafana
	$(PY) -m deploy.grafana

kubernetes: .venv/for-tests ## write the manifests of deploy/kubernetes anew from the code
	$(PY) -m deploy.kubernetes

format: .venv/for-tests ## put the code into its usual form
	$(PY) -m ruff check --fix-only
	$(PY) -m ruff format

images: $(PY) ## five images, by podman, buildah or docker (ARGS go to its build)
	$(PY) -m deploy.images $(ARGS)

images-check: .venv/for-demo ## the same on a base of Debian's packages, without a registry; S05 is played against containers
	$(PY) -m deploy.images.check

UV := UV_PYTHON_DOWNLOADS=never .local/uv/bin/uv pip compile --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --no-annotate -q

lock: $(PY) ## bring requirements/ up to date with pyproject.toml
	$(PY) -m venv .local/uv
	.local/uv/bin/python -m pip -qq --disable-pip-version-check install uv
	$(UV) pyproject.toml --extra local --extra dev -o requirements/dev.txt
	$(UV) pyproject.toml --extra local -c requirements/dev.txt -o requirements/local.txt
	$(UV) pyproject.toml -c requirements/dev.txt -o requirements/run.txt
	$(UV) --group build -c requirements/dev.txt -o requirements/build.txt

sbom: $(PY) ## docs/sbom.cdx.json: what a service is made of, with licences, from requirements/run.txt
	$(PY) -m venv .local/sbom
	.local/sbom/bin/python -m pip -qq --disable-pip-version-check install cyclonedx-bom==7.5.0
	$(PY) -m venv --clear --without-pip .local/made-of
	$(PIP) --python .local/made-of/bin/python install --require-hashes -r requirements/run.txt
	@# protobuf says its licence in words of its own, which no list takes: as SPDX says the same.
	sed -i 's/^License: 3-Clause BSD License$$/License: BSD-3-Clause/' .local/made-of/lib/python*/site-packages/protobuf-*/METADATA
	.local/sbom/bin/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml --mc-type application \
		-o docs/sbom.cdx.json .local/made-of/bin/python

audit: $(PY) ## known holes in what is locked: offline by osv-scanner and its database, otherwise asked of PyPI
	@if command -v osv-scanner > /dev/null; then \
		osv-scanner scan --offline -L requirements.txt:requirements/dev.txt; \
	else \
		$(PY) -m venv .local/audit; \
		.local/audit/bin/python -m pip -qq --disable-pip-version-check install pip-audit==2.10.1; \
		.local/audit/bin/pip-audit --strict --disable-pip --require-hashes -r requirements/dev.txt; \
	fi

clean: ## remove what was installed and what the runs left
	rm -rf .venv .local node_modules shared/web/static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(PY):
	@for python in $(PYTHON); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || continue; \
		"$$python" -m venv .venv > /dev/null 2>&1 && exit 0; \
		rm -rf .venv; \
	done; \
	echo "Python 3.11 or newer with its venv module is needed (Debian: apt install python3-venv)." \
		"None of these is one: $(PYTHON). Another place: make PYTHON=/path/to/python3.13" >&2; \
	exit 1

define install
	@echo "Installing packages into .venv: about a minute the first time"
	@$(PIP) install --require-hashes -r $<
	@$(PIP) install --no-deps --no-build-isolation -e .
endef

FOREIGN := package-lock.json deploy/local/foreign.py

.venv/for-demo: requirements/local.txt pyproject.toml $(FOREIGN) | $(PY)
	$(install)
	@$(PY) -m deploy.local.foreign
	@touch $@

.venv/for-tests: requirements/dev.txt requirements/local.txt pyproject.toml $(FOREIGN) | $(PY)
	$(install)
	@$(PY) -m deploy.local.foreign --browser
	@touch $@ .venv/for-demo
