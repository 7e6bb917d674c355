# The commands a person types; `make help` lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
VENV   := .venv
BIN    := $(VENV)/bin
DONE   := $(VENV)/.installed
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LANG_  := $(if $(LANGUAGE),$(LANGUAGE),en)

.DEFAULT_GOAL := help
.PHONY: help install demo test check bench bench-month contract contract-slack exam-crash exam-days exam-faults exam-flows exam-properties audit-dependencies pictures \
	record lock docs env-example checks-doc words-doc cases-doc columns-doc map-doc catalogue clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1: /'

install: $(DONE) ## make .venv from the lock files, hashes checked

# The same three steps stand in the Dockerfile: pinned build tools, pinned packages, the project itself.
$(DONE): requirements/build.txt requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked packages into $(VENV) (once) ..."
	@$(PIP) --require-hashes -r requirements/build.txt
	@$(PIP) --require-hashes --no-build-isolation -r requirements/dev.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $(DONE)

demo: $(DONE) ## a local Jira, ServiceNow and Slack, and what people see (KEEP=1: leave it running, LANGUAGE=nl)
	@$(BIN)/sluis demo --language $(LANG_) $(if $(KEEP),--keep,)

test: check ## everything that must be green: style, types, import contracts, tests
	@$(BIN)/python -m pytest -n auto -m "not long"

check: $(DONE)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache >/tmp/sluis-imports.$$$$ 2>&1 || { cat /tmp/sluis-imports.$$$$; exit 1; }; rm -f /tmp/sluis-imports.$$$$

bench: $(DONE) ## how long the norms take; what a cycle over 10,000 tickets asks (CENSUS=1: the nightly look at all too)
	@PYTHONPATH=tests $(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench_cycle

contract: $(DONE) .contract/.installed ## the Jira connector on a server that others made (downloads it once)
	@SLUIS_CONTRACT=1 $(BIN)/python -m pytest tests/contracts/test_backlot.py

.contract/.installed: requirements/contract.txt
	@$(PYTHON) -m venv .contract
	@.contract/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/contract.txt
	@touch $@

# Node 20 or newer, on Linux x64. The lock holds the hash of every package; none of them may run anything while it is installed.
contract-slack: $(DONE) .contract-slack/.installed ## Slack: posting, buttons, /sluis and Home on two servers that others made (needs npm)
	@SLUIS_CONTRACT=1 $(BIN)/python -m pytest tests/contracts/test_emulate.py tests/contracts/test_local_slack.py

.contract-slack/.installed: requirements/contract-slack/package.json requirements/contract-slack/package-lock.json
	@command -v npm >/dev/null || { echo "contract-slack: npm is needed, with Node 20 or newer: https://nodejs.org"; exit 2; }
	@mkdir -p .contract-slack && cp $^ .contract-slack/
	@cd .contract-slack && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

bench-month: $(DONE) ## what a team gets to read in a month of 200 changes
	@PYTHONPATH=tests $(BIN)/python -m tests.bench_month

exam-flows: $(DONE) ## the long tests: whole flows over the sandbox, random stories, upgrades (ARGS="-k story": a part)
	@$(BIN)/python -m pytest -n auto -m long $(ARGS)

exam-crash: $(DONE) ## SIGKILL at every write, every commit and 200 random moments: the outside must not notice (ARGS="--only moments": a part)
	@$(BIN)/python -m tests.exams.crash $(ARGS)

exam-faults: $(DONE) ## everything that can go wrong on a line, at a system and on the machine, once each
	@$(BIN)/python -m tests.exams.faults $(ARGS)

exam-days: $(DONE) ## the flows on holidays, leap days and the nights that clocks change, under libfaketime (ARGS="--only Monday": a part)
	@$(BIN)/python -m tests.exams.days $(ARGS)

pictures: $(DONE) ## the pictures of the docs, out of a week in the sandbox (needs Chromium)
	@$(BIN)/python -m tests.pictures

record: $(DONE) ## record the cassettes anew against the sandbox
	@SLUIS_RECORD=1 $(BIN)/python -m pytest -k cassette

lock: ## renew the lock files (needs uv)
	@uv pip compile pyproject.toml --group dev --extra postgres --universal --python-version 3.11 --generate-hashes \
		--no-annotate --quiet --custom-compile-command "make lock" -o requirements/dev.txt
	@uv pip compile pyproject.toml --extra postgres --universal --python-version 3.11 --generate-hashes --no-annotate \
		--quiet --custom-compile-command "make lock" -c requirements/dev.txt -o requirements/runtime.txt
	@echo "backlot==0.1.0" | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-annotate --quiet \
		--custom-compile-command "make lock" -o requirements/contract.txt
	@command -v npm >/dev/null || { echo "lock: contract-slack needs npm, and was left as it is"; exit 0; }; cd requirements/contract-slack && \
		npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund --silent
	@uv pip compile --group build --universal --python-version 3.11 --generate-hashes --no-annotate --quiet \
		--custom-compile-command "make lock" -o requirements/build.txt

exam-properties: $(DONE) ## 300 random stories over the whole loop, shrunk to a short one when a promise breaks (STORIES=3000: longer)
	@STORIES=$(or $(STORIES),300) $(BIN)/python -m pytest tests/properties -k any_order
	@STORIES=$(or $(STORIES),300) $(BIN)/python -m pytest tests/rules/test_rules_properties.py tests/rules/test_rules_duties.py tests/rules/approval

# pip-audit is not among the packages of the project: it is fetched by uv for this one question.
audit-dependencies: ## ask the public register of vulnerabilities about every locked package (needs uv and a network)
	@command -v uv >/dev/null || { echo "audit-dependencies: uv is needed: https://docs.astral.sh/uv"; exit 2; }
	@for file in runtime dev build; do echo "requirements/$$file.txt"; \
		uv tool run pip-audit --strict --disable-pip --require-hashes -r requirements/$$file.txt || \
		{ echo "audit-dependencies: not sound, or not asked: no network? Nothing may be concluded."; exit 1; }; done

docs: env-example checks-doc words-doc cases-doc columns-doc map-doc catalogue ## write all that is generated: lists and numbers of the docs, .env.example, catalogues

env-example: $(DONE) ## write .env.example from the settings
	@$(BIN)/python -m bot.settings.env_example > .env.example

checks-doc: $(DONE) ## write the list of checks in docs/packs.md
	@$(BIN)/python -m rules.checks_reference docs/packs.md

words-doc: $(DONE) ## write the words that say nothing in docs/packs.md
	@$(BIN)/python -m rules.words_reference docs/packs.md

cases-doc: $(DONE) ## write the number of cases per requirement in docs/proofs.md
	@$(BIN)/python -m bot.policy_tests.coverage docs/proofs.md

columns-doc: $(DONE) ## write the columns of ServiceNow that a plain instance lacks
	@$(BIN)/python -m connectors.servicenow.columns_reference > connectors/servicenow/COLUMNS.md

map-doc: $(DONE) ## write the map of packages in ARCHITECTURE.md
	@$(BIN)/python -m tests.package_map ARCHITECTURE.md

catalogue: $(DONE) ## gather new sentences into the catalogues, and say how many are to be translated
	@$(BIN)/python -m bot.messages.i18n.catalogue

clean: ## remove what was made
	@rm -rf $(VENV) .contract .contract-slack .demo .mypy_cache .ruff_cache .hypothesis
