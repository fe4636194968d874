# Everything runs from .venv and frontend/node_modules, both made by scripts/bootstrap.py from the pinned lists.
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup run test bench lint api-types format screenshots clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

setup: ## install what is missing (part of every target below)
	@python3 scripts/bootstrap.py

run: setup ## web, worker, switch and renderer with the demo team
	@exec $(BIN)/onrecord serve --demo

# Three files at a time, because tests mostly wait; in the order found, so that many short ones come last and fill the end.
test: ## the whole test suite; needs Chromium, ffmpeg and libopus
	@python3 scripts/bootstrap.py --tests
	@exec $(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder $(ARGS)

bench: ## the table of measurements
	@python3 scripts/bootstrap.py --tests
	@exec $(BIN)/python -m bench

lint: setup ## formatting, types, import walls, types of the API
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(BIN)/python scripts/api_types.py --check
	@$(BIN)/python scripts/bootstrap.py npm run check

api-types: setup ## the frontend's types, from the API's document
	@$(BIN)/python scripts/api_types.py

format: setup ## put the code in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: ## docs/images, taken from the running demo
	@python3 scripts/bootstrap.py --tests
	@PYTHONPATH=tests exec $(BIN)/python scripts/screenshots.py

clean: ## remove what the build made; data in var/ stays
	rm -rf .venv .cache frontend/node_modules src/onrecord/web/static
