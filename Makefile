# Every target is a line or two over the command `edgewright`, which itself knows what is up to date; see `make help`.

# --- What a user may name; folders and files may have spaces in their names ---
DATA ?=
RECIPE ?=
WEIGHTS ?=
EPOCHS ?=
SEED ?=
RUN ?=
# Anything but 0 or no: train anew where RUN holds a model already.
OVERWRITE ?=
# A model that was trained elsewhere (.keras, .h5 or a SavedModel folder) and what it wants as input.
MODEL ?=
NORMALISATION ?=
LABELS ?=
IMAGE ?=
# What the gate allows, on every target that compares.
MAX_DROP ?=
MIN_AGREEMENT ?=
CONFIDENCE ?=
STRICT ?=
# An earlier build/bench.json to compare `make bench-suite` with.
COMPARE ?=
# Images for INT8 to calibrate on, without labels, in place of the train split: a folder or a list of paths.
CALIBRATE ?=
# Further options of `edgewright convert`, such as OPTIONS="--keep-float auto"; with `make explain`, of `edgewright explain`.
OPTIONS ?=

PYTHON ?= $(firstword $(foreach v,3.11 3.12 3.13,$(if $(shell command -v python$(v)),python$(v))) python3)
VENV ?= .venv
BIN := $(VENV)/bin
EDGEWRIGHT ?= $(BIN)/edgewright
SETUP := $(if $(filter $(BIN)/edgewright,$(EDGEWRIGHT)),$(VENV)/.setup-done)
# tensorrt-rtx has wheels for these machines only; elsewhere its formats say which extra they need.
comma := ,
EXTRAS := train,inspect,convert,onnx,bench,docs,dev$(if $(filter Linux-x86_64,$(shell uname -s -m | tr ' ' -)),$(comma)rtx)

.DEFAULT_GOAL := help
.PHONY: help setup demo inspect train convert tflite-fp32 tflite-fp16 tflite-dynamic tflite-int8 onnx tensorrt tensorrt-rtx \
	doctor evaluate explain bench classify test test-quick test-pythons test-versions test-mediapipe test-backbones test-processors benchmarks bench-peers bench-suite docs lint typecheck typecheck-tensorrt \
	format clean at-least-one ask-for-image

# --- What follows from it ---
quoted = '$(subst ','\'',$(1))'
option = $(if $($(2)),$(empty) $(1) $(call quoted,$($(2))))
is_set = $(filter-out 0 no false,$($(1)))
same = $(if $(subst x$(1),,x$(2)),,yes)

# A run that is there needs only its name; `train` compares it with whatever else is named.
NAMED := $(strip $(DATA)$(WEIGHTS)$(EPOCHS)$(SEED)$(MODEL)$(LABELS)$(if $(RUN),$(RECIPE)))
NAMED_RUN := $(RUN)
ONLY_RUN := $(and $(RUN),$(if $(DATA)$(RECIPE),,yes))
override RUN := $(or $(RUN),runs/$(basename $(shell basename $(call quoted,$(or $(MODEL),$(RECIPE),digits)))))
run := $(call quoted,$(RUN))
HELD := $(shell CDPATH= cd $(run) 2>/dev/null && ls -d model.keras saved_model */model_* 2>/dev/null)

# Where nothing else is named, a new run is made from the digits; but none is made only to label an image with it.
DIGITS := data/digits
MADE_ANEW := $(if $(HELD),$(call is_set,OVERWRITE),$(if $(and $(ONLY_RUN),$(filter classify,$(MAKECMDGOALS))),,yes))
OF_DIGITS := $(if $(HELD),$(shell grep -qs '"data": "$(DIGITS)"' $(run)/manifest.json && echo yes),$(MADE_ANEW))
ifneq ($(and $(if $(MODEL),,yes),$(OF_DIGITS),$(MADE_ANEW)),)
override RECIPE := $(or $(RECIPE),digits)
override DATA := $(or $(DATA),$(if $(call same,digits,$(RECIPE)),$(DIGITS)))
DIGITS_DATA := $(if $(call same,$(DIGITS),$(DATA)),$(DIGITS)/.complete)
OF_DIGITS := $(DIGITS_DATA)
endif
PHOTO := $(or $(IMAGE),$(if $(MODEL),,$(if $(OF_DIGITS),$(DIGITS)/7/0007.png)))

train_options = $(call option,--recipe,RECIPE)$(call option,--weights,WEIGHTS)$(call option,--epochs,EPOCHS)$(call option,--seed,SEED)$(call option,--labels,LABELS)
import_options = $(call option,--labels,LABELS)$(call option,--normalisation,NORMALISATION)$(call option,--data,DATA)
convert_options = $(call option,--calibrate,CALIBRATE)$(if $(OPTIONS),$(if $(EXPLAINING),, $(OPTIONS)))
gate_options = $(call option,--max-drop,MAX_DROP)$(call option,--min-agreement,MIN_AGREEMENT)$(call option,--confidence,CONFIDENCE)$(if $(call is_set,STRICT), --strict)

# An option that would go nowhere is refused.
IGNORED := $(if $(MODEL),$(strip $(foreach name,WEIGHTS EPOCHS SEED,$(if $($(name)),$(name)))))
ifneq ($(IGNORED),)
$(error $(IGNORED) would go nowhere, for MODEL is trained already; leave it out)
endif
CONVERTING := demo convert tflite-fp32 tflite-fp16 tflite-dynamic tflite-int8 onnx tensorrt tensorrt-rtx
ifneq ($(and $(OPTIONS)$(CALIBRATE),$(filter train evaluate bench classify,$(MAKECMDGOALS))),)
ifeq ($(filter $(CONVERTING),$(MAKECMDGOALS)),)
$(error $(if $(OPTIONS),OPTIONS goes to `edgewright convert` alone; give "$(OPTIONS)" to the command itself: edgewright $(firstword $(MAKECMDGOALS)) --help,CALIBRATE goes to `edgewright convert` alone; name it with a format: make tflite-int8))
endif
endif
EXPLAINING := $(filter explain,$(MAKECMDGOALS))
ifneq ($(and $(OPTIONS),$(EXPLAINING),$(filter $(CONVERTING),$(MAKECMDGOALS))),)
$(error OPTIONS would go to `edgewright convert` and to `edgewright explain`; call make once for each)
endif
ifneq ($(and $(CALIBRATE),$(EXPLAINING),$(if $(filter $(CONVERTING),$(MAKECMDGOALS)),,yes)),)
$(error CALIBRATE goes to `edgewright convert` alone; name it with a format: make tflite-int8)
endif

help:  ## Show this list.
	@echo 'make TARGET [RECIPE=digits|banana|viewpoint|flowers|FILE] [DATA=FOLDER|CSV] [WEIGHTS=imagenet|none|FILE]'
	@echo '            [EPOCHS=P1,P2] [SEED=N] [LABELS=FILE] [RUN=FOLDER] [OVERWRITE=1] [IMAGE=FILE]'
	@echo '            [MODEL=FILE LABELS=FILE NORMALISATION=NAME [DATA=FOLDER|CSV]]'
	@echo '            [MAX_DROP=0.01] [MIN_AGREEMENT=0.95] [CONFIDENCE=0.95] [STRICT=1]'
	@echo '            [CALIBRATE=FOLDER|LIST] [OPTIONS="--keep-float auto"]'
	@echo
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-15s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo 'A RUN that was made from other DATA, RECIPE, WEIGHTS, EPOCHS, SEED or LABELS than those named is refused; OVERWRITE=1'
	@echo 'trains it anew. MAX_DROP, MIN_AGREEMENT, CONFIDENCE and STRICT are what the comparison allows. CALIBRATE'
	@echo '(images without labels for INT8) and OPTIONS go to `edgewright convert` alone; with `make explain`, OPTIONS goes to `edgewright explain`.'

setup: $(VENV)/.setup-done  ## Make the virtual environment with everything in it.

$(VENV)/.setup-done: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[$(EXTRAS)]'
	@touch $@

# --- The chain ---
demo: $(if $(PHOTO),train $(DIGITS)/.complete,ask-for-image)  ## The whole chain on scikit-learn's digits: train, convert, evaluate, bench, classify.
	$(EDGEWRIGHT) convert $(run) --if-needed$(convert_options)
	$(EDGEWRIGHT) evaluate $(run)$(gate_options)
	$(EDGEWRIGHT) classify $(run) $(call quoted,$(PHOTO))
	$(EDGEWRIGHT) bench $(run)

$(DIGITS)/.complete: | $(SETUP)
	$(EDGEWRIGHT) digits $(DIGITS)
	@touch $@

inspect: $(SETUP) $(if $(call same,$(DIGITS),$(or $(DATA),$(DIGITS))),$(DIGITS)/.complete)  ## Look at DATA (else the digits) before training: what is wrong with it, and a page in build/.
	@mkdir -p build
	$(EDGEWRIGHT) inspect $(call quoted,$(or $(DATA),$(DIGITS)))$(call option,--weights,WEIGHTS) --html build/inspection.html

train: $(SETUP) $(DIGITS_DATA)  ## Train the float model (or take MODEL in) into RUN.
ifeq ($(MODEL),)
	$(EDGEWRIGHT) train$(if $(DATA), $(call quoted,$(DATA))) --out $(run)$(train_options) $(if $(call is_set,OVERWRITE),--overwrite,--if-needed)
else
	$(EDGEWRIGHT) import $(call quoted,$(MODEL)) --out $(run)$(import_options)$(if $(call is_set,OVERWRITE), --overwrite, --if-needed)
endif

convert: train  ## Make every format that needs no GPU.
	$(EDGEWRIGHT) convert $(run) --if-needed$(convert_options)

# A format is done when it has been compared with the float model, each time by what the gate allows this time.
define converted_and_compared
$(EDGEWRIGHT) convert $(run) --to $(1) --if-needed$(convert_options)
$(EDGEWRIGHT) evaluate $(run) --format $(1)$(gate_options)
endef

tflite-fp32: train  ## Float32 .tflite, compared with the float model.
	$(call converted_and_compared,$@)

tflite-fp16: train  ## Float16 .tflite, compared with the float model.
	$(call converted_and_compared,$@)

tflite-dynamic: train  ## .tflite with INT8 weights, compared with the float model.
	$(call converted_and_compared,$@)

tflite-int8: train  ## Full-integer .tflite, compared with the float model; fails if it must not ship.
	$(call converted_and_compared,$@)

onnx: train  ## Float32, float16 and both INT8 .onnx, compared with the float model.
	$(call converted_and_compared,onnx-fp32$(comma)onnx-fp16$(comma)onnx-int8$(comma)onnx-int8-cpu)

# Asked every time: the engine's key tells whether it must be built again (another TensorRT, another GPU).
tensorrt: train  ## TensorRT engines; run it on the board.
	$(EDGEWRIGHT) convert $(run) --to tensorrt-fp16,tensorrt-int8$(convert_options)

tensorrt-rtx: train  ## TensorRT-RTX engine, ahead of time: needs no GPU.
	$(EDGEWRIGHT) convert $(run) --to tensorrt-rtx-fp16$(convert_options)

# What is measured needs a model to measure; what is named beside RUN is compared with it all the same.
MEASURED := $(SETUP) $(if $(findstring /model_,$(HELD)),$(if $(NAMED),train),at-least-one)

at-least-one: train
	$(EDGEWRIGHT) convert $(run) --to tflite-int8 --if-needed$(convert_options)

evaluate: $(MEASURED)  ## Compare every format in RUN with its float model.
	$(EDGEWRIGHT) evaluate $(run)$(gate_options)

doctor: $(SETUP) $(DIGITS_DATA)  ## Say what is wrong with DATA and RECIPE before they are trained.
	$(EDGEWRIGHT) doctor $(call quoted,$(DATA))$(call option,--recipe,RECIPE)$(call option,--weights,WEIGHTS)$(call option,--seed,SEED)$(call option,--labels,LABELS)

explain: $(MEASURED)  ## Say what INT8 costs RUN in labels, where it loses them, and what to do about it.
	$(EDGEWRIGHT) explain $(run)$(if $(OPTIONS), $(OPTIONS))

bench: $(MEASURED)  ## Time every format in RUN on this machine.
	$(EDGEWRIGHT) bench $(run)

classify: $(if $(PHOTO),$(MEASURED),ask-for-image)  ## Label IMAGE with the fastest format in RUN that passed.
	$(EDGEWRIGHT) classify $(run) $(call quoted,$(PHOTO))

ask-for-image:
	@echo "Error: name the image that the model in" $(run) "is to label: IMAGE=FILE" >&2; exit 2

# --- The project itself ---
# Two processes, a file of tests at a time: what is trained or converted once per session is then made twice.
IN_TWO := -n 2 --dist loadfile

test: $(VENV)/.setup-done  ## Run every test that can run here, long chains included.
	$(BIN)/python -m pytest $(IN_TWO)

test-quick: $(VENV)/.setup-done  ## Run the tests without the long chains.
	$(BIN)/python -m pytest $(IN_TWO) -m "not e2e and not pythons and not versions and not mediapipe and not backbones"

test-pythons: $(VENV)/.setup-done  ## Install the wheel on Python 3.10, 3.12 and 3.13 where found; classify, and train.
	$(BIN)/python -m pytest -m pythons

test-versions: $(VENV)/.setup-done  ## Convert with the oldest libraries that pyproject.toml allows, in an environment of its own.
	$(BIN)/python -m pytest -m versions

test-mediapipe: $(VENV)/.setup-done  ## Give .tflite files to MediaPipe Tasks, in an environment of its own.
	$(BIN)/python -m pytest -m mediapipe

test-backbones: $(VENV)/.setup-done  ## Take every backbone through every converter; half an hour.
	$(BIN)/python -m pytest -m backbones tests/convert/test_backbones.py

test-processors: $(VENV)/.setup-done  ## Run the numeric tests under other instruction sets, kernels and threads.
	$(BIN)/python tests/processors/run.py

bench-suite: $(VENV)/.setup-done  ## Latency and accuracy of every format of RUN (or of small digits) [COMPARE=earlier.json].
	@mkdir -p build
	$(BIN)/python -m pytest benchmarks/test_suite.py -q -p no:warnings --benchmark-json build/bench.json$(if $(NAMED_RUN), --run $(run))$(if $(COMPARE), --benchmark-compare $(call quoted,$(COMPARE)))

bench-peers: $(MEASURED)  ## A photo to its label with RUN's INT8 file: ours, MediaPipe Tasks and the usual script, in one run.
	$(EDGEWRIGHT) convert $(run) --to tflite-int8 --if-needed$(convert_options)
	$(BIN)/python -m benchmarks.peers --run $(run) --write docs/explanation/speed.md
	$(BIN)/python -m benchmarks.peers.cold_start --run $(run) --write docs/explanation/speed.md

benchmarks: $(VENV)/.setup-done  ## Run the benchmark suites: every format, and ours against the bare libraries.
	$(BIN)/python -m pytest benchmarks -m "" -p no:warnings

docs: $(VENV)/.setup-done  ## Build the documentation site into build/site; a broken link is an error.
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

lint: $(VENV)/.setup-done  ## Check style, formatting and who imports whom.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

typecheck: $(VENV)/.setup-done  ## Check types.
	$(BIN)/mypy

# Not in the environment: they would make `import tensorrt` find a folder where there is no TensorRT. As published, a
# few of their lines name a parameter `in` or put a default before none, which no parser takes.
STUBS := build/tensorrt-stubs-10.13.0.35.1

$(STUBS)/.done: | $(VENV)/.setup-done
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target $(STUBS) $(subst stubs-,stubs==,$(notdir $(STUBS)))
	sed -i -e 's/\bin: list/inputs: list/' -e 's/ = None, channel_axis: int)/ = None, channel_axis: int = 0)/' $(STUBS)/tensorrt_bindings/tensorrt.pyi
	@touch $@

typecheck-tensorrt: $(STUBS)/.done  ## Check the use of TensorRT's interface against its published type stubs.
	MYPYPATH=$(STUBS) $(BIN)/mypy --cache-dir build/.mypy_cache

format: $(VENV)/.setup-done  ## Format the sources.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## Remove caches and builds; runs/ and data/ stay.
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
