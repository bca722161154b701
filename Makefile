# Two commands for a newcomer: `make demo` and `make test`. Both set everything up first.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
WORKSPACE ?= tiltmeter-demo
FUZZ ?= 60
STAMP := $(VENV)/.installed

.PHONY: api audit bench install demo test check lint types floors format lock slow browser fuzz load wheel manifests sample docs transcripts examples licences site pictures readme scores clean

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@echo "training the coder from the corpus (a minute or two, once)"
	$(BIN)/tiltmeter train
	@touch $@

demo: install
	$(BIN)/tiltmeter demo $(WORKSPACE)

test: install
	$(BIN)/python -m pytest -m "not slow and not browser" -n 2 --dist loadfile --no-loadscope-reorder

lint: install
	$(BIN)/ruff format --check src tests docs bench fuzz
	$(BIN)/ruff check src tests docs bench fuzz

types: install
	$(BIN)/mypy

floors: install
	$(BIN)/lint-imports

check: lint types floors test

format: install
	$(BIN)/ruff format src tests docs bench fuzz
	$(BIN)/ruff check --fix src tests docs bench fuzz

lock:
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --extra docs -c requirements.lock pyproject.toml -o docs/requirements.lock

# the page driven as a person would, by Debian's Chromium (apt install chromium)
browser: install
	$(BIN)/python -m pytest -m browser tests/browser

slow: install
	$(BIN)/python -m pytest -m slow

# the API against its own description, by schemathesis
api: install
	$(BIN)/uv pip install --quiet --python $(BIN)/python --group api
	$(BIN)/python -m pytest -p no:schemathesis -m slow -s tests/serve/test_schema.py

# the lock against the public lists of known weaknesses; asks the network
audit: install
	$(BIN)/uv tool run pip-audit --disable-pip --require-hashes --requirement requirements.lock

# every reader, the coder, the claim parser and the theatre loader (or TARGETS), FUZZ seconds each
fuzz: install
	$(BIN)/uv pip install --quiet --python $(BIN)/python --group fuzz
	$(BIN)/python -m fuzz.run --seconds $(FUZZ) $(TARGETS)

# the wheel, installed with pip alone into an empty environment away from the checkout, runs the demo there;
# `make wheel PYTHON=python3.13` does so with another Python
wheel: install
	rm -rf build/wheel
	$(BIN)/uv build --quiet --wheel --out-dir build/wheel .
	$(PYTHON) -m venv build/wheel/venv
	build/wheel/venv/bin/python -m pip install --quiet --disable-pip-version-check build/wheel/*.whl
	cd build/wheel && venv/bin/tiltmeter demo demo > demo.txt && venv/bin/tiltmeter doctor --workspace demo

# the container files, the forms and the hooks, by linters
manifests: install
	$(BIN)/uv pip install --quiet --python $(BIN)/python --group manifests
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/[!c]*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff
	$(BIN)/pre-commit validate-config

# the pages that are made from the program; tests fail when docs/cli.md is stale
docs: install
	$(BIN)/python docs/make_cli.py

# what commands print on docs/tutorial.md and docs/howto/ (some minutes)
PAGES ?=
transcripts: install
	$(BIN)/python docs/make_transcripts.py $(PAGES)

# the analyses in docs/examples, run, as pages
examples: install
	$(BIN)/python docs/make_examples.py

# the licences of all that is installed beside the program
licences: install
	$(BIN)/python docs/make_licences.py

# the documentation as a site in build/site, built strictly: a page left out or a link that leads nowhere fails
site: install
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r docs/requirements.lock
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo "the site: build/site/index.html"

# the README's chart, and what its commands print (the demo runs: some minutes)
pictures: install
	$(BIN)/python docs/make_pictures.py

readme: pictures
	$(BIN)/python docs/make_readme.py

# how well the coder reads its held-back sentences; writes the block in docs/scores.md
scores: install
	$(BIN)/python bench/coder_scores.py

# computes the bundled weekly figures anew; SUMS is a Parquet file of daily sums (docs/sample.md)
SUMS ?= ../shared/data/events/gdelt_daily_dyads_2018_2024.parquet
sample: install
	for name in central_asia south_caucasus; do \
	  $(BIN)/python -m tiltmeter.sample.make_figures $(SUMS) $$name src/tiltmeter/sample/$$name/figures.csv || exit 1; \
	done

# the benchmarks of the folder bench, into docs/benchmarks.md (half an hour; `python bench/run.py votes` runs one)
bench: install
	$(BIN)/python bench/run.py

# the live page under load (needs wrk)
load: install
	$(BIN)/python bench/load.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache tiltmeter-demo
