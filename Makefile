# Two commands matter: `make run` and `make test`. Nothing needs root; .venv, .tools and var are
# made here and ignored by git.
.DEFAULT_GOAL := help
PYTHON_IN_VENV := .venv/bin/python

.PHONY: help run test check spec handbook provision viewer format bench simulate crash million clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

run: ## install, then a fake city through the real ports; prints URLs and tokens (Ctrl-C ends it)
	@.ci/venv run
	@exec .venv/bin/gateway demo

test: ## install, start real services, every check and every test, one summary
	@.ci/venv test
	@.ci/test

check: ## the quick checks only: lint, format, types, import contracts
	@.ci/venv test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo

spec: ## the policy, paragraph by paragraph
	@.ci/venv test
	$(PYTHON_IN_VENV) -m pytest tests/spec -v

handbook: ## write the generated pages of docs/handbook anew
	@.ci/venv test
	$(PYTHON_IN_VENV) -m tests.architecture.handbook

provision: ## fetch the servers and tools that the tests need, without root into .tools
	@.ci/venv test
	$(PYTHON_IN_VENV) -m tests.services.provision

viewer: ## install the full image viewer (OHIF) into var/viewer; needs npm
	@.ci/venv test
	@$(PYTHON_IN_VENV) deploy/viewer/install.py var/viewer

format: ## let ruff format and mend what it can
	@.ci/venv test
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: ## the speed figures, ratios measured in the same run
	@.ci/venv test
	$(PYTHON_IN_VENV) -m pytest tests/benchmarks -m "load and not million" -s -q -p no:xdist

million: ## the reminder call at a million reports
	@.ci/venv test
	$(PYTHON_IN_VENV) -m pytest tests/benchmarks -m million -s -q -p no:xdist --timeout 3600

simulate: ## what-if over 100,000 stored reminders, against a brute-force recount
	@.ci/venv test
	$(PYTHON_IN_VENV) -m tests.benchmarks.bench_simulation

crash: ## thirty rounds of SIGKILL under load on each database
	@.ci/venv test
	CRASH_ROUNDS=30 $(PYTHON_IN_VENV) -m pytest tests/end_to_end -k crash -s -q --timeout 3600

clean: ## remove what the commands above made, except .tools
	rm -rf .venv var build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
