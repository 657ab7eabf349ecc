# Two commands do all the set-up: `make run` and `make test`.

PYTHON ?= python3
PROVE_SCALE ?= 1
BIN := .venv/bin
RUN_DONE := .venv/.run
TEST_DONE := .venv/.test
BENCH_DONE := .venv/.bench
SOURCES := incentives app.py tests tools docs/verify
CATALOGUES := incentives/translations/zh_Hans_CN/LC_MESSAGES/messages.mo

.PHONY: run install test check bench prove lock vendor translations format clean

run: $(RUN_DONE) $(CATALOGUES)
	@$(BIN)/flask --app app start

install: $(RUN_DONE) $(CATALOGUES)

test: $(TEST_DONE) $(CATALOGUES)
	@$(PYTHON) tools/needs.py
	$(BIN)/python -m pytest -n 2 --dist loadscope $(PYTEST)

check: $(TEST_DONE)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/translations.py check
	$(BIN)/python -m pytest -q tests/test_house.py tests/ledger/test_vectors.py tests/cards/test_codes.py \
		tests/cards/test_numbers.py tests/cards/test_qr.py tests/files

bench: $(BENCH_DONE)
	$(BIN)/python -m tests.benchmarks $(BENCH)

# All of them take hours; PROVE_SCALE=0.1 is a tenth, PROVE="kills power" some, PROVE_MORE=1 one more part.
prove: $(TEST_DONE) $(CATALOGUES)
	@$(PYTHON) tools/needs.py
	JISHAN_PROVE=$(PROVE_SCALE) JISHAN_PROVE_MORE=$(PROVE_MORE) $(BIN)/python -m tests.proving $(PROVE)

format: $(TEST_DONE)
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

# Texts in code and templates into the catalogues, and the catalogues into what is loaded.
translations: $(TEST_DONE)
	$(BIN)/python tools/translations.py update
	$(BIN)/python tools/translations.py compile

$(CATALOGUES): $(wildcard incentives/translations/*/LC_MESSAGES/messages.po) | $(RUN_DONE)
	$(BIN)/python tools/translations.py compile

vendor:
	$(PYTHON) tools/vendor.py

lock: $(TEST_DONE)
	$(BIN)/uv pip compile -q --generate-hashes --no-header requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --generate-hashes --no-header requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile -q --generate-hashes --no-header requirements-bench.in -o requirements-bench.txt

$(RUN_DONE): requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(TEST_DONE): $(RUN_DONE) requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# What `make bench` compares with is installed for it alone.
$(BENCH_DONE): $(TEST_DONE) requirements-bench.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $@

clean:
	rm -rf .venv
