# Everything goes through these targets; `make help` lists them.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null \
  && echo $$p && break; done)
VENV = .venv
RUN = $(VENV)/bin/python
READY = $(VENV)/.ready

help:  ## list these targets
	@awk -F ' *## *' '/^[a-z]+:.*##/ { split($$1, t, ":"); \
	  printf "make %-9s %s\n", t[1], $$2 }' Makefile

book: $(READY)  ## build the book, say where it is and open it
	@$(RUN) scripts/book.py build --open

serve: $(READY)  ## build the book and show it on localhost
	@$(RUN) scripts/book.py build
	@$(RUN) scripts/book.py serve

pdf: $(READY)  ## the whole book as one PDF
	@$(RUN) scripts/book.py build
	@$(RUN) scripts/pdf.py
	@$(RUN) scripts/book.py build

lab: $(READY)  ## open chapters and exercises in JupyterLab
	@$(RUN) scripts/lab.py

exercises: $(READY)  ## make the exercises from the solutions (nbgrader)
	@$(RUN) scripts/release.py
	@$(RUN) scripts/exercise_pages.py

quick: $(READY)  ## the developer's loop: lint and the fast tests
	@$(RUN) -m ruff check .
	@$(RUN) -m pytest -q -n 2 -m "not slow and not browser"

test: $(READY)  ## every test: code, notebooks, the built book in a browser
	@sh scripts/system_packages.sh
	@$(RUN) -m pytest -q -n 2 --nbval $(wildcard tests lstm_course book solutions)

# PEERS=PYTHON: an environment that has the tools already
peers: $(READY)  ## see again what the table says of other tools; not in CI
	@test -n "$(PEERS)" || sh scripts/peers.sh $(VENV) $(VENV)/peers
	@$(RUN) tests/peers/drift.py $(RUN) $(or $(PEERS),$(VENV)/peers/bin/python)

clean:  ## remove the built book and caches; the environment stays
	rm -rf _build .pytest_cache .ruff_cache .jupyter_cache *.egg-info
	find . -name __pycache__ -not -path "./$(VENV)/*" -prune -exec rm -rf {} +

$(READY): requirements.txt pyproject.toml
	@sh scripts/environment.sh "$(PYTHON)" $(VENV)
	@touch $@

.PHONY: help book serve pdf lab exercises quick test peers clean
