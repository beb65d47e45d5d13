# The commands of this project: `make run` serves it, `make test` runs every check.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
BENCH_ARGS ?=
# They run hardly a line that the others don't, and to measure their coverage would double their time.
UNMEASURED := tests/faults tests/exhaustive

.PHONY: run test bench soak schemathesis redbot python_client judges spectral redocly ibm typescript browser \
	editor format openapi schema lock clean

run: $(VENV)/run.done  ## make the environment, migrate, seed and serve
	@$(BIN)/alembic upgrade head
	@$(BIN)/python -m seed
	@exec $(BIN)/python -m app

test: $(VENV)/test.done  ## make the environment and run every check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist worksteal $(UNMEASURED:%=--ignore=%) --ignore=tests/conformance --cov --cov-report=term
	$(BIN)/pytest -n 2 --dist worksteal $(UNMEASURED)
	$(BIN)/pytest -n 2 --dist worksteal --database postgresql

# It has an environment of its own: what is compared needs much that the tests don't.
bench: $(BENCH)/bench.done  ## measure speed, growth, memory and loads, and write what docs/benchmarks.md shows
	$(BENCH)/bin/python -m bench $(BENCH_ARGS)

soak: $(VENV)/test.done  ## see, for a few minutes, that a loaded server keeps to the memory of docs/operations.md
	$(BIN)/python -m bench.soak

schemathesis redbot python_client: $(VENV)/test.done  ## hold one outside judge from PyPI against the API
	$(BIN)/pytest tests/conformance/test_$@.py

judges: $(VENV)/test.done  ## hold the outside judges that need npm and Chromium against the API and the facts files
	judges/run

spectral redocly ibm typescript browser editor pages: $(VENV)/test.done  ## one of them
	judges/run $@

format: $(VENV)/test.done  ## write the code in its one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The environment is made anew when a lock changes; --require-hashes takes nothing else than is locked.
$(VENV)/run.done: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	$(call install,$(PYTHON) -m venv $(VENV) && $(BIN))

$(VENV)/test.done: requirements-dev.lock $(VENV)/run.done
	$(call install,$(BIN))

$(BENCH)/bench.done: requirements-bench.lock
	$(call install,$(PYTHON) -m venv $(BENCH) && $(BENCH)/bin)

# One make at a time installs; whoever has waited for it finds it done. macOS has no flock(1).
LOCKED = $(PYTHON) -c 'import fcntl, os, sys; file = os.open("Makefile", os.O_RDONLY); \
	fcntl.flock(file, fcntl.LOCK_EX); os.set_inheritable(file, True); os.execvp(sys.argv[1], sys.argv[1:])'
define install
@$(LOCKED) sh -c '[ -e $@ ] && [ -z "$$(find $^ -newer $@)" ] || { echo "Installing $<" && \
	$(1)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $< && touch $@; }'
endef

openapi: $(VENV)/test.done  ## write the OpenAPI document, its examples and the README's answers anew
	UPDATE_OPENAPI=1 UPDATE_README=1 $(BIN)/pytest -q tests/test_openapi_file.py tests/test_readme.py

schema: $(VENV)/run.done  ## write the JSON Schema of facts files anew
	$(BIN)/python -m seed.facts_schema

lock:  ## choose dependencies anew, within what pyproject.toml allows (needs uv)
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --no-strip-extras \
		pyproject.toml --output-file requirements.lock
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --no-strip-extras --constraint requirements.lock \
		pyproject.toml --group dev --output-file requirements-dev.lock
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --no-strip-extras --constraint requirements-dev.lock \
		pyproject.toml --group bench --output-file requirements-bench.lock

clean:  ## remove the environments and the databases
	rm -rf $(VENV) $(BENCH) bench/data pobratim.db pobratim.db-shm pobratim.db-wal
