# Two commands do everything on a fresh Debian or Raspberry Pi OS machine: `make demo` and `make test`.
.PHONY: demo setup test soak lock translations clean

# A whole demo town on this machine: the service, one screen, people, pictures. ARGS go to `commonscreen demo`.
demo: setup
	@exec .venv/bin/commonscreen demo $(ARGS)

# Only installs, into .venv.
setup:
	@scripts/setup demo

# Format, lint, types and every test. ARGS go to pytest.
test:
	@scripts/setup dev
	@scripts/install-browser
	@scripts/check $(ARGS)

# The long tests.
soak:
	@scripts/setup dev
	@.venv/bin/pytest -m soak $(ARGS)

lock:
	@scripts/lock

translations:
	@scripts/translations

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache build dist
