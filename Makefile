# Holter: `make demo` shows it running, `make test` passes its tests.

GO      ?= go
PYTHON  ?= python3
TOOL    := $(GO) tool -modfile=tools/go.mod
CACHE   := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/holter
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

.PHONY: help build demo test
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 20

build: ## the programs, into bin/
	$(GO) build -trimpath -ldflags '-X github.com/holterd/holter/internal/cli.version=$(VERSION)' -o bin/ ./cmd/...

onnxruntime: ## the ONNX Runtime library, into the cache
	scripts/onnxruntime.sh

demo: build onnxruntime influxd ## the whole system on one recording
	bin/holter demo

# The whole system, which is measured in real time, has the machine to itself.
test: onnxruntime influxd ## every test that needs no server of its own; HOLTER_DATA=DIR adds real recordings
	$(GO) test -timeout 25m -p 2 $$($(GO) list ./... | grep -v /internal/e2e)
	$(GO) test -timeout 25m ./internal/e2e

RACE ?= ./...
race: onnxruntime influxd ## the tests under the race detector; RACE= names packages
	$(GO) test -timeout 25m -race -short -p 2 $(RACE)

FUZZTIME ?= 10s
fuzz: onnxruntime ## every fuzz test; FUZZTIME= is the time for each
	@grep -rEo '^func Fuzz[A-Za-z0-9_]+' --include='*_test.go' internal pkg schemas | \
	while IFS=: read -r file name; do \
		echo "$$file: $${name#func }"; \
		$(GO) test -run '^$$' -fuzz "^$${name#func }\$$" -fuzztime $(FUZZTIME) "./$$(dirname "$$file")" </dev/null || exit 1; \
	done

BENCH ?= ./...
bench: onnxruntime ## benchmarks, on the shipped model; BENCH= names packages
	HOLTER_MODEL=$(CURDIR)/models/default $(GO) test -run '^$$' -bench . $(BENCH)

lint: ## golangci-lint, buf; BASE= names the commit that the schemas are compared with
	$(TOOL) golangci-lint run ./...
	$(TOOL) buf lint
	base=$$(scripts/schema-base.sh $(BASE)) && $(TOOL) buf breaking --against ".git#ref=$$base"

vuln: ## known vulnerabilities in what is linked in (needs the vulnerability database)
	$(TOOL) govulncheck ./...

proto: ## Go code of the schemas
	$(TOOL) buf generate

VENV := $(CACHE)/training
$(VENV)/installed: training/pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install -q -e 'training[test]'
	touch $@
	@echo 'to use it: . $(VENV)/bin/activate'

training: $(VENV)/installed ## what training needs, in a virtual environment
test-training: training ## tests of the training code
	cd training && $(VENV)/bin/python -m pytest -q

.PHONY: onnxruntime race fuzz bench lint vuln proto training test-training
include $(wildcard mk/*.mk)
