# Everything a newcomer needs: `make demo` shows the main job, `make test` runs every check of this project.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint types unit proof clean

demo: $(VENV)/installed
	@$(BIN)/gatecheck demo

test: lint types unit

lint: $(VENV)/installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/installed
	$(BIN)/mypy

unit: $(VENV)/installed
	$(BIN)/python -m pytest --numprocesses auto

proof: $(VENV)/installed
	$(BIN)/python -m pytest -m slow --numprocesses auto

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
