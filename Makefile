# Commands of the project; each brings what it needs on a fresh machine (Node >= 20.20 and npm).
SHELL := /bin/bash
CONFIG ?=
ARGS ?=
export UV_THREADPOOL_SIZE ?= 8
# What a thread starts from, and what users' filters import: bundled, since loading hundreds of modules one by one takes
# each thread a quarter of a second.
ENTRIES := src/main.ts src/filter.ts workers/proxy.ts workers/job.ts

.PHONY: run build check lint format types unit test coverage fuzz bench bench-micro native-bench clean

node_modules/.package-lock.json: package.json package-lock.json .npmrc
	npm ci --no-fund --no-audit --loglevel=error
	@touch $@

build: node_modules/.package-lock.json
	@node_modules/.bin/tsc -p tsconfig.json
	@cd dist && find . -name '*.js' | while read -r it; do [ -e "../$${it%.js}.ts" ] || rm -f "$$it" "$$it.map"; done
	@node dist/src/config/descriptors/generate.js
	@node_modules/.bin/esbuild $(ENTRIES) --bundle --splitting --packages=external --format=esm --platform=node \
	  --target=node20 --sourcemap --outbase=. --outdir=dist --chunk-names=src/server/chunk-[hash] --log-level=warning \
	  --allow-overwrite
	@cat $(ENTRIES:%.ts=dist/%.js) dist/src/server/chunk-*.js | cksum > dist/build-stamp

run: build
	@if [ -n "$(CONFIG)" ]; then exec node dist/src/main.js -c $(CONFIG) $(ARGS); \
	else exec node dist/examples/demo/run.js $(ARGS); fi

types: node_modules/.package-lock.json
	@node_modules/.bin/tsc -p tsconfig.json --noEmit

lint: node_modules/.package-lock.json
	@node_modules/.bin/biome lint --error-on-warnings . && node_modules/.bin/biome format .

format: node_modules/.package-lock.json
	@node_modules/.bin/biome check --write .

check: build lint unit

unit: build
	@node --enable-source-maps dist/test/run.js unit

test: build lint
	@node --enable-source-maps dist/test/run.js unit integration conformance

coverage: build
	@node_modules/.bin/c8 --all --include 'dist/src/**' --include 'dist/workers/**' --reporter text-summary --reporter lcov node --enable-source-maps dist/test/run.js unit integration conformance

fuzz: build
	@node dist/test/conformance/fuzz.js $(ARGS)

bench: build
	@node dist/bench/load/run.js $(ARGS)

bench-micro: build
	@node dist/bench/micro/run.js $(ARGS)

native-bench: build
	@node dist/native-bench/run.js $(ARGS)

clean:
	rm -rf dist coverage
