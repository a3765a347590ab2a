# Every target is one line over the command `edgewright`; see `make help`.

RECIPE ?= digits
RUN ?= runs/$(RECIPE)
# The digits belong to the recipe, not to a model from elsewhere, whose labels are its own.
DATA ?= $(if $(MODEL),,$(if $(filter digits,$(RECIPE)),data/digits))
WEIGHTS ?=
EPOCHS ?=
SEED ?=
# A model that was trained elsewhere (.keras, .h5 or a SavedModel folder), its labels and what it wants as input.
MODEL ?=
LABELS ?=
NORMALISATION ?=
IMAGE ?=
# Further options of the command, such as OPTIONS="--max-drop 0.005".
OPTIONS ?=

PYTHON ?= $(firstword $(foreach v,3.11 3.12 3.13,$(if $(shell command -v python$(v)),python$(v))) python3)
VENV ?= .venv
BIN := $(VENV)/bin
EDGEWRIGHT ?= $(BIN)/edgewright
SETUP := $(if $(filter $(BIN)/edgewright,$(EDGEWRIGHT)),$(VENV)/.setup-done)
# tensorrt-rtx has wheels for these machines only; elsewhere its formats say which extra they need.
comma := ,
EXTRAS := train,convert,onnx,bench,dev$(if $(filter Linux-x86_64,$(shell uname -s -m | tr ' ' -)),$(comma)rtx)

.DEFAULT_GOAL := help
.PHONY: help setup demo train convert tflite-fp32 tflite-fp16 tflite-dynamic tflite-int8 onnx tensorrt tensorrt-rtx \
	evaluate bench classify test test-quick test-pythons test-versions test-mediapipe benchmarks lint typecheck typecheck-tensorrt format clean ask-the-key

# --- What a run was made with: other values for the same run are refused, or an hour's training would be lost ---
-include $(RUN)/.made-with.mk
given = $(findstring command,$(origin $(1)))
differs = $(if $(call given,$(1)),$(if $(filter-out undefined,$(origin MADE_$(1))),$(if $(filter-out x$(MADE_$(1)),x$($(1))),$(1))))
CHANGED := $(strip $(foreach name,DATA RECIPE WEIGHTS MODEL,$(call differs,$(name))))
ifneq ($(CHANGED),)
$(error $(RUN) was made with $(foreach name,$(CHANGED),$(name)=$(MADE_$(name))); name another RUN, or delete $(RUN) to make it anew)
endif
MODEL := $(or $(MODEL),$(MADE_MODEL))

# The files of MODEL that tell whether it has changed: a folder's own date says only when files came and went.
MODEL_FILES := $(if $(MODEL),$(or $(wildcard $(MODEL)/saved_model.pb $(MODEL)/variables/*),$(MODEL)))

# The float model: what everything else is made from. A SavedModel stays one; a .keras or .h5 file becomes model.keras.
REFERENCE := $(RUN)/$(if $(filter %/saved_model.pb,$(MODEL_FILES)),saved_model/saved_model.pb,model.keras)

help:  ## Show this list.
	@echo "make TARGET [RECIPE=digits|banana|viewpoint|flowers|FILE] [DATA=FOLDER|CSV] [WEIGHTS=imagenet|none|FILE]"
	@echo "            [RUN=FOLDER] [MODEL=FILE LABELS=FILE NORMALISATION=NAME] [IMAGE=FILE] [OPTIONS=...]"
	@echo
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-15s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(VENV)/.setup-done  ## Make the virtual environment with everything in it.

$(VENV)/.setup-done: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[$(EXTRAS)]'
	@touch $@

# --- The chain ---
demo: $(SETUP)  ## The whole chain on scikit-learn's digits: train, convert, evaluate, bench, classify.
	@$(MAKE) --no-print-directory train
	$(EDGEWRIGHT) convert $(RUN)
	$(EDGEWRIGHT) evaluate $(RUN)
	$(EDGEWRIGHT) classify $(RUN) $(or $(IMAGE),data/digits/7/0007.png)
	$(EDGEWRIGHT) bench $(RUN)

train: $(REFERENCE)  ## Train the float model (or take MODEL in) into RUN.

data/digits/.complete: $(SETUP)
	$(EDGEWRIGHT) digits data/digits
	@touch $@

ifeq ($(MODEL),)
$(REFERENCE): | $(SETUP) $(if $(filter data/digits,$(DATA)),data/digits/.complete)
	@$(if $(DATA),,echo "Error: name the images: make $(MAKECMDGOALS) RECIPE=$(RECIPE) DATA=FOLDER" >&2; exit 2)
	$(EDGEWRIGHT) train $(DATA) --recipe $(RECIPE) --out $(RUN) $(if $(WEIGHTS),--weights $(WEIGHTS)) \
		$(if $(EPOCHS),--epochs $(EPOCHS)) $(if $(SEED),--seed $(SEED)) $(if $(LABELS),--labels $(LABELS))
	@$(record)

else
$(REFERENCE): $(MODEL_FILES) | $(SETUP)
	$(EDGEWRIGHT) import $(MODEL) --out $(RUN) --overwrite $(if $(LABELS),--labels $(LABELS)) \
		$(if $(DATA),--data $(DATA)) $(if $(NORMALISATION),--normalisation $(NORMALISATION))
	@$(record)
endif

record = printf 'MADE_%s := %s\n' DATA '$(DATA)' RECIPE '$(RECIPE)' WEIGHTS '$(WEIGHTS)' MODEL '$(MODEL)' > $(RUN)/.made-with.mk

convert: $(REFERENCE)  ## Make every format that needs no GPU.
	$(EDGEWRIGHT) convert $(RUN) $(OPTIONS)

$(RUN)/tflite/model_%.tflite: $(REFERENCE)
	$(EDGEWRIGHT) convert $(RUN) --to tflite-$* $(OPTIONS)

$(RUN)/onnx/model_%.onnx: $(REFERENCE)
	$(EDGEWRIGHT) convert $(RUN) --to onnx-$* $(OPTIONS)

# Asked every time: the engine's key, not its date, tells whether it must be built again (another TensorRT, another GPU).
$(RUN)/tensorrt/model_%.rtx.engine: $(RUN)/onnx/model_%.onnx ask-the-key
	$(EDGEWRIGHT) convert $(RUN) --to tensorrt-rtx-$* $(OPTIONS)

$(RUN)/tensorrt/model_%.engine: $(RUN)/onnx/model_%.onnx ask-the-key
	$(EDGEWRIGHT) convert $(RUN) --to tensorrt-$* $(OPTIONS)

# A format is done when it has been compared with the float model; the mark is made only if the gate does not fail it.
$(RUN)/checked/tflite-%: $(RUN)/tflite/model_%.tflite
	$(EDGEWRIGHT) evaluate $(RUN) --format tflite-$*
	@mkdir -p $(@D) && touch $@

$(RUN)/checked/onnx-%: $(RUN)/onnx/model_%.onnx
	$(EDGEWRIGHT) evaluate $(RUN) --format onnx-$*
	@mkdir -p $(@D) && touch $@

.PRECIOUS: $(RUN)/tflite/model_%.tflite $(RUN)/onnx/model_%.onnx $(RUN)/tensorrt/model_%.engine

tflite-fp32: $(RUN)/checked/tflite-fp32  ## Float32 .tflite, compared with the float model.
tflite-fp16: $(RUN)/checked/tflite-fp16  ## Float16 .tflite, compared with the float model.
tflite-dynamic: $(RUN)/checked/tflite-dynamic  ## .tflite with INT8 weights, compared with the float model.
tflite-int8: $(RUN)/checked/tflite-int8  ## Full-integer .tflite, compared with the float model; fails if it must not ship.
onnx: $(foreach p,fp32 fp16 int8,$(RUN)/checked/onnx-$(p))  ## Float32, float16 and INT8 .onnx, compared with the float model.
tensorrt: $(RUN)/tensorrt/model_fp16.engine $(RUN)/tensorrt/model_int8.engine  ## TensorRT engines; run it on the board.
tensorrt-rtx: $(RUN)/tensorrt/model_fp16.rtx.engine  ## TensorRT-RTX engine, ahead of time: needs no GPU.

SOMETHING := $(if $(wildcard $(RUN)/*/model_*),,$(RUN)/tflite/model_int8.tflite)

evaluate: $(SETUP) $(SOMETHING)  ## Compare every format in RUN with its float model.
	$(EDGEWRIGHT) evaluate $(RUN) $(OPTIONS)

bench: $(SETUP) $(SOMETHING)  ## Time every format in RUN on this machine.
	$(EDGEWRIGHT) bench $(RUN) $(OPTIONS)

classify: $(SETUP) $(SOMETHING)  ## Label IMAGE with the smallest and fastest format in RUN.
	$(EDGEWRIGHT) classify $(RUN) $(or $(IMAGE),$(if $(filter digits,$(RECIPE)),data/digits/7/0007.png)) $(OPTIONS)

# --- The project itself ---
test: $(VENV)/.setup-done  ## Run every test that can run here, long chains included.
	$(BIN)/python -m pytest

test-quick: $(VENV)/.setup-done  ## Run the tests without the long chains.
	$(BIN)/python -m pytest -m "not e2e and not pythons and not mediapipe"

test-pythons: $(VENV)/.setup-done  ## Install the wheel on Python 3.10, 3.12 and 3.13 where found, and classify.
	$(BIN)/python -m pytest -m pythons

test-versions: $(VENV)/.setup-done  ## Convert with the oldest libraries that pyproject.toml allows, in an environment of its own.
	$(BIN)/python -m pytest -m versions

test-mediapipe: $(VENV)/.setup-done  ## Give .tflite files to MediaPipe Tasks, in an environment of its own.
	$(BIN)/python -m pytest -m mediapipe

benchmarks: $(VENV)/.setup-done  ## Run the benchmark suites.
	$(BIN)/python -m pytest benchmarks -m "" -p no:warnings

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
