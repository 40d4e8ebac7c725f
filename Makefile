# threema-dirsync: everything a person or a CI machine runs. `make` or `make help` lists the targets.
# Needed: Go (the version in go.mod), gcc and make. Tools and test servers come from `make test` itself.

SHELL := /bin/bash -o pipefail
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
.NOTPARALLEL:

# Without a C compiler Go would quietly build a SQLite that fails at run time; like this it says so (pitfall E10).
export CGO_ENABLED := 1

BINARY   := bin/threema-dirsync
LINTER   := bin/golangci-lint
# The tag, or the tag with what came since; make VERSION=v1.2.3 where there is no git, as from an archive of the sources.
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null)
# Not in tools/go.mod: the linter would be built anew with each of its releases. Go checks its sum all the same.
GOVULNCHECK := v1.9.0
# The version comes from git through ldflags; Go's own stamping fails in a clone that belongs to another user.
GO_BUILD := go build -trimpath -buildvcs=false
# Each long stage says what it does and how long that takes, and shows that it lives.
STAGE    := tools/stage.sh
# Where the race detector has little to find, and makes the tests three times as slow. The pure core, and the pass that
# carries its plan out, are one goroutine. The tests of the whole program start processes, of which those that live on
# are under it by themselves (program_test.go). make soak runs all of them under it all the same. Such a test waits for
# its processes half of the time, so more of them run at once than there are cores.
UNRACED  := ./sync/plan ./sync ./cmd/threema-dirsync
GOFMT    = "$$(go env GOROOT)/bin/gofmt"

# Where make install puts the configuration, and the unit looks for it.
CONFIG   := /etc/threema-dirsync

FUZZTIME     ?= 1m
FUZZ         ?= .
BENCH        ?= .
RAPID_CHECKS ?= 20000
RAPID_STEPS  ?= 60
SOAK_WORLDS  ?= 200
DIRECTORY_PEOPLE ?= 5000
COMPANY_PEOPLE ?= 100000
BENCH_PEOPLE ?= 1000,10000,100000
TEST_TIMEOUT ?= 30m

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

.PHONY: build
build: need-go ## build bin/threema-dirsync
	@$(STAGE) "build the program" "the first time one to five minutes, as SQLite is compiled; then seconds" \
		$(GO_BUILD) -ldflags "$(if $(VERSION),-X main.version=$(VERSION))" -o $(BINARY) ./cmd/threema-dirsync

# DESTDIR serves whoever packages it; without it the user and the folder of the configuration are made too. What is
# there of the configuration stays as it is, but for owners and modes.
.PHONY: install
install: ## install what make build made as a systemd service, not started yet; as root. DESTDIR=/folder for a package
	@test -x $(BINARY) || { echo "nothing is built yet: type make build" >&2; exit 1; }
	install -D -m 0755 $(BINARY) $(DESTDIR)/usr/bin/threema-dirsync
	install -D -m 0644 systemd/threema-dirsync.service $(DESTDIR)/etc/systemd/system/threema-dirsync.service
	install -D -m 0644 systemd/threema-dirsync.sysusers $(DESTDIR)/etc/sysusers.d/threema-dirsync.conf
	install -D -m 0644 systemd/threema-dirsync.tmpfiles $(DESTDIR)/etc/tmpfiles.d/threema-dirsync.conf
	install -D -m 0644 config.example.yaml $(DESTDIR)/usr/share/doc/threema-dirsync/config.example.yaml
ifeq ($(DESTDIR),)
	systemd-sysusers
	test -e $(CONFIG)/config.yaml || install -D -m 0640 config.example.yaml $(CONFIG)/config.yaml
	test -e $(CONFIG)/api-key || install -m 0600 /dev/null $(CONFIG)/api-key
	test -e $(CONFIG)/bind-password || install -m 0600 /dev/null $(CONFIG)/bind-password
	systemd-tmpfiles --create threema-dirsync.conf
	systemctl daemon-reload
endif

.PHONY: demo
demo: build ## the whole story on an embedded directory and a simulated Work API; needs nothing, ends by itself
	$(BINARY) demo

# What a test needs it says itself: testdir.Starts, and whatever starts a server, leave it out of a short run. The
# ledgers of the tests lie in memory where there is such a folder, for they wait for the disk as often as the program
# does, and garbage waits for more of its kind.
MEMORY   := $(shell test -w /dev/shm && echo /dev/shm)

.PHONY: check
check: need-go fmt-check vet lint ## the fast lane while you work, at most a minute once built: formatting, vet, lint, and every test that starts no server and no program, without the race detector. make test stays the gate
	@$(STAGE) "test what needs no server and no program" "up to a minute; the first time three, as it compiles" \
		env GOTMPDIR="$${GOTMPDIR:-$${TMPDIR:-/tmp}}" TMPDIR="$${TMPDIR:-$(or $(MEMORY),/tmp)}" GOGC=400 go test -short -count=1 -vet=off -timeout 5m ./...

# The order is cheap first. The tests come last, so that their summary is what remains on the screen, and
# below it what was skipped.
.PHONY: test
test: need-go servers fmt-check vet lint fuzz-smoke ## the whole gate: formatting, vet, lint, fuzz smoke, and every test, under the race detector wherever it can tell something; at most TEST_TIMEOUT (default 30m) a package
	@$(STAGE) "test the core and the whole program" "seven minutes on 2 cores, the first time twice that" \
		go test -parallel 6 -timeout $(TEST_TIMEOUT) $(UNRACED)
	@$(STAGE) "test everything else under the race detector" "five minutes on 2 cores, the first time twice that; a line for each package as it ends" \
		go test -race -timeout $(TEST_TIMEOUT) $$(go list ./... | grep -v $(foreach p,$(UNRACED),-e '$(p:.%=%)$$')); status=$$?; go run ./internal/testdir/install -missing; exit $$status

.PHONY: servers
servers: need-go ## install what the tests start (OpenLDAP, Samba, 389 Directory Server, promtool); as root, through apt
	@$(STAGE) "look for the servers that the tests start" "the first time a minute or two, to install them; then seconds" \
		go run ./internal/testdir/install

.PHONY: fmt-check
fmt-check: need-go ## fail when a file is not gofmt-formatted
	@unformatted=$$($(GOFMT) -l .) && test -z "$$unformatted" || \
		{ echo "not gofmt-formatted (make fmt fixes it):" >&2; echo "$$unformatted" >&2; exit 1; }

.PHONY: vet
vet: need-go ## go vet
	@$(STAGE) "go vet" "the first time up to ten minutes, as it compiles every library; then seconds" \
		go vet ./...

.PHONY: lint
lint: $(LINTER) ## golangci-lint, built from source at the version in tools/go.mod
	@$(STAGE) "lint" "the first time up to five minutes; then seconds" \
		$(LINTER) run ./...

# A module of its own: the needs of the linter never move a version of the program.
$(LINTER): tools/go.mod tools/go.sum | need-go
	@$(STAGE) "build the linter from source" "once, one to five minutes" \
		go -C tools build -trimpath -buildvcs=false -o ../$(LINTER) github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $(LINTER)

.PHONY: vuln
vuln: need-go ## look for known vulnerabilities (govulncheck; asks the database of the Go team, and says so where it cannot: tools/vuln.sh)
	@tools/vuln.sh $(GOVULNCHECK)

.PHONY: fmt
fmt: need-go ## format every Go file
	$(GOFMT) -w .

.PHONY: fuzz-smoke
fuzz-smoke: need-go ## every fuzz target for three seconds (part of make test)
	@$(STAGE) "fuzz every target for three seconds" "two minutes, the first time five" \
		tools/fuzz.sh 3s

.PHONY: fuzz
fuzz: need-go ## every fuzz target for FUZZTIME each (default 1m); FUZZ=FuzzCompute picks one
	tools/fuzz.sh $(FUZZTIME) '$(FUZZ)'

.PHONY: soak
soak: need-go ## the property tests with RAPID_CHECKS random cases each (default 20000), SOAK_WORLDS whole worlds (default 200), real directories of DIRECTORY_PEOPLE (default 5000), the limits of a company of COMPANY_PEOPLE (default 100000), and the core and the whole program with each process under the race detector
	RAPID_CHECKS=$(RAPID_CHECKS) RAPID_STEPS=$(RAPID_STEPS) SOAK_WORLDS=$(SOAK_WORLDS) DIRECTORY_PEOPLE=$(DIRECTORY_PEOPLE) COMPANY_PEOPLE=$(COMPANY_PEOPLE) go test -count=1 -timeout 0 \
		$$(grep -rl --include='*_test.go' '"pgregory.net/rapid"' . | xargs -n1 dirname | sort -u)
	go test -race -count=1 -timeout 0 $(UNRACED)

.PHONY: newcomer
newcomer: need-go ## the first hour of a newcomer: a bare Debian 12 of its own (debootstrap, systemd-nspawn; as root), from the build to a running service against a Samba AD by the commands of systemd/README.md
	tools/newcomer/newcomer.sh

.PHONY: bench
bench: need-go ## every Go benchmark; BENCH=Compute picks some
	go test -run '^$$' -bench '$(BENCH)' -benchmem ./...

.PHONY: bench-pass
bench-pass: build servers ## whole passes of companies of BENCH_PEOPLE (default 1000,10000,100000) against OpenLDAP and the simulator, in turns with ldapsearch and curl; writes docs/benchmarks.md
	go run ./internal/testdir/bench -program $(BINARY) -people $(BENCH_PEOPLE) -out docs/benchmarks.md

.PHONY: clean
clean: ## remove what was built (the Go caches stay)
	rm -rf bin

.PHONY: need-go
need-go:
	@command -v go >/dev/null || { echo "Go is missing: install the version named in go.mod from https://go.dev/dl/" >&2; exit 1; }
	@case "$$(cd / && go version)" in *go1.?' '*|*go1.?.*|*go1.1?*|*go1.20*) \
		echo "this Go is too old, also to fetch a newer one by itself: install the version named in go.mod from https://go.dev/dl/" >&2; exit 1;; esac
	@command -v "$${CC:-gcc}" >/dev/null || { echo "a C compiler is missing (SQLite needs it): apt-get install gcc" >&2; exit 1; }
