# Everything runs in .venv, which `setup` makes from requirements.lock. Nothing but a Python (3.11 or later) is needed.

PYTHON ?= python3
IN := .venv/bin
LOCAL := PYTHONPATH=deploy/local $(IN)/python -m aftercare_local
PACKAGES := $(addprefix -p aftercare.,schemas kit programme intake directory support outreach sla) -p aftercare_local -p checks -p telemetry
LONG := not chaos and not bench

.DEFAULT_GOAL := help
.PHONY: help setup tools demo test unit real check format docs bench chaos fuzz clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## start everything, play the story, stay up until Ctrl-C (ONCE=1: end after the story)
	@$(LOCAL) demo $(if $(filter-out 0,$(ONCE)),--once)

test: setup check unit real ## all that must hold before a change lands, on real Kafka and PostgreSQL

unit: tools ## the fast tests: no server, about a minute
	@$(IN)/pytest -q -n 2 -m "not real and not browser and $(LONG)"

real: setup
	@$(IN)/pytest -q -n 2 --dist loadfile -m "(real or browser) and $(LONG)" schemas services
	@$(IN)/pytest -q -m "(real or browser) and $(LONG)" deploy integration-tests

check: tools ## format, lint, types, walls, sizes, generated documents
	@$(IN)/ruff format --check .
	@$(IN)/ruff check .
	@$(IN)/mypy $(PACKAGES)
	@$(IN)/python deploy/checks/run.py

format: tools ## bring the code into shape
	@$(IN)/ruff check --fix .
	@$(IN)/ruff format .

docs: tools ## write the generated documents anew
	@$(IN)/python -m aftercare.schemas.generate
	@$(IN)/python -m aftercare.kit.telemetry.page docs/metrics.md
	@PYTHONPATH=deploy $(IN)/python -m telemetry.generate
	@$(IN)/python -m aftercare.programme.clock_page docs/clock-packs.md

bench: setup ## measure speed, memory and idle load; long
	@$(IN)/pytest -q -s -m bench --timeout 3600

chaos: setup ## kill processes at random under load and count; long
	@$(IN)/pytest -q -s -m chaos --timeout 7200

fuzz: tools ## the property tests with many more examples; long
	@$(IN)/pytest -q -n 2 -m "hypothesis and not real" --hypothesis-profile fuzz --timeout 3600

setup: ## fetch and prepare all that is needed (the others do it by themselves)
	@$(PYTHON) deploy/local/bootstrap.py

tools:
	@$(PYTHON) deploy/local/bootstrap.py --without-kafka

clean: ## remove old runs and caches (.venv and downloads too with ALL=1)
	@-test -x $(IN)/python && $(LOCAL) sweep
	@rm -rf run .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@if [ -n "$(ALL)" ]; then rm -rf .venv .cache; fi
