# `make` lists what there is. From a bare clone everything needs Python 3.11 or newer with venv, make, and the
# package index on the first run; nothing else.

# Plain `=`: the command line may say otherwise, but a HOST or PORT that a shell happens to export may not.
HOST = 127.0.0.1
PORT = 8000
WORKERS = 2
THREADS = 4
VENV = .venv
EMAIL =
ROLE = Editor

PY = $(VENV)/bin/python
MANAGE = $(PY) manage.py
# Tests are about the code, so no setting of this installation (or of its .env) reaches them.
FOR_TESTS = DEBUG=false HTTPS=false SITE_URL= ALLOWED_HOSTS= $(NO_BUCKET)
NO_BUCKET = S3_BUCKET= S3_PREFIX= S3_ENDPOINT= S3_REGION= S3_KEY= S3_SECRET=
ON_SQLITE = DATABASE_URL=sqlite://:memory:
# A file of tests stays on one core, since its tests may share rows.
ON_ALL_CORES = --numprocesses auto --dist loadfile --no-loadscope-reorder
# Tables made from the models are there sooner; the run on PostgreSQL makes them by the migrations.
SOONER = --no-migrations

# The link in an invitation leads to SITE_URL, whose default knows only the usual port.
AT_PORT = $(if $(filter-out 8000,$(PORT)), PORT=$(PORT))

.DEFAULT_GOAL = help
.ONESHELL:
# Prerequisites are made from left to right: several below count on it.
.NOTPARALLEL:
.SHELLFLAGS = -euc
.PHONY: help run dev test test-postgres test-browser test-stack bench lint format lock audit sbom messages cards guide editor clean \
        python venv venv-dev database static port opendata

help:  ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: venv port database static opendata  ## Start the portal on http://127.0.0.1:8000 (PORT=8123 for another port)
	@printf '\n  The portal:  http://%s:%s/\n' '$(HOST)' '$(PORT)'
	printf '  To edit it:  make editor EMAIL=you@example.org$(AT_PORT)   in another terminal, then follow the link it prints\n'
	printf '  To stop it:  Ctrl-C\n\n'
	exec env DEBUG=false WORKERS=$(WORKERS) THREADS=$(THREADS) \
	    $(VENV)/bin/gunicorn --config deploy/gunicorn.conf.py --bind '$(HOST):$(PORT)'

dev: venv-dev port database  ## The same with DEBUG, restarting itself when code changes
	@exec env DEBUG=true $(MANAGE) runserver '$(HOST):$(PORT)'

editor: venv database  ## Invite an editor: EMAIL=you@example.org (ROLE=Author, Translator, Administrator)
	@test -n '$(EMAIL)' || { echo 'Say whom: make editor EMAIL=you@example.org' >&2; exit 2; }
	$(if $(AT_PORT),SITE_URL='http://$(HOST):$(PORT)') $(MANAGE) invite '$(EMAIL)' --role '$(ROLE)'

test: venv-dev static  ## Run the test suite on SQLite
	@$(FOR_TESTS) $(ON_SQLITE) $(PY) -m pytest $(ON_ALL_CORES) $(SOONER) $(ARGS)

test-postgres: venv-dev static  ## Run the test suite on a private PostgreSQL, started and stopped for it
	@$(FOR_TESTS) .ci/postgres $(PY) -m pytest $(ON_ALL_CORES) $(ARGS)

test-browser: venv-dev static  ## Run the browser tests (Debian's chromium)
	@$(FOR_TESTS) $(ON_SQLITE) $(PY) -m pytest -m browser $(ARGS)

test-stack: venv-dev static  ## Run the tests of the whole stack (Debian's nginx, PostgreSQL and Redis)
	@$(FOR_TESTS) $(ON_SQLITE) $(PY) -m pytest -m stack $(ARGS)

bench: venv static  ## Measure what the portal costs, write BENCHMARKS.md (ARGS="--articles 1000 --database sqlite")
	@$(FOR_TESTS) $(PY) -m bench $(ARGS)

lint: venv-dev  ## Check Python and templates for mistakes and layout
	@$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m djlint --lint --quiet .

format: venv-dev  ## Lay out Python code and mend what the linter can
	@$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

# Resolved for every platform and Python from 3.11, with the hashes of all files of a release. Locally configured
# indexes and folders of packages stay out, or the lock would hold the hashes of this machine only.
LOCK = $(VENV)/bin/uv --no-config pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
       --generate-hashes --custom-compile-command 'make lock' $(ARGS)

lock: venv-dev  ## Write the lock files from requirements*.txt (ARGS=--upgrade also raises what they bring along)
	@unset UV_FIND_LINKS UV_INDEX UV_EXTRA_INDEX_URL
	$(LOCK) requirements.txt --output-file requirements.lock
	$(LOCK) requirements-s3.txt --constraints requirements.lock --output-file requirements-s3.lock
	$(LOCK) requirements-dev.txt --constraints requirements.lock --constraints requirements-s3.lock \
	    --output-file requirements-dev.lock

audit: venv-dev  ## Ask whether a vulnerability is known in anything that is locked; says so if nobody could be asked
	@$(PY) .ci/audit.py

sbom: venv  ## Write what the portal is made of to var/sbom.json (CycloneDX)
	@mkdir -p var
	$(PY) .ci/sbom.py > var/sbom.json
	echo 'Written to var/sbom.json'

messages: venv  ## Collect the texts to translate into locale/ and compile the translations
	@command -v msgfmt >/dev/null || { echo 'gettext is missing. On Debian or Ubuntu: apt install gettext' >&2; exit 1; }
	$(MANAGE) makemessages --locale ru --add-location file --ignore '$(VENV)' --ignore var
	$(MANAGE) compilemessages --locale ru --ignore '$(VENV)' --ignore var

cards: venv-dev  ## Draw the pictures that go with shared links anew (Debian's chromium)
	@$(ON_SQLITE) $(MANAGE) share_cards

guide: venv-dev  ## Take the pictures of the editors' guide anew (Debian's chromium)
	@rm -f var/guide.sqlite3*
	DEBUG=true DATABASE_URL=sqlite:///var/guide.sqlite3 $(MANAGE) guide_pictures

clean:  ## Remove what make made, except the database and the uploads in var/
	rm -rf $(VENV) var/static var/manifest var/.static-collected test-results .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- what the commands above stand on -----------------------------------------------------------------------------

# The first Python that is new enough, and the name of what is missing if none is.
define FIND_PYTHON
for candidate in python3 python3.11 python3.12 python3.13 python3.14; do
    if command -v $$candidate >/dev/null && $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        if ! $$candidate -c 'import venv, ensurepip' 2>/dev/null; then
            echo "$$candidate has no venv module. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1
        fi
        found=$$candidate; break
    fi
done
if [ -z "$${found:-}" ]; then
    echo "Python 3.11 or newer is needed, and here there is: $$(python3 --version 2>/dev/null || echo none)." \
         "On Debian 12 or Ubuntu 24.04: apt install python3 python3-venv" >&2; exit 1
fi
endef

# $(call installed,LOCK,OTHER LOCKS IT HOLDS): the virtual environment holds what that lock says. The copy of the lock
# beside the packages tells whether it still does.
define installed
if ! $(PY) -c '' 2>/dev/null; then
    $(FIND_PYTHON)
    echo "Making $(VENV) with $$($$found --version)"
    $$found -m venv --clear '$(VENV)' || { rm -rf '$(VENV)'; exit 1; }
fi
if ! cmp -s '$(1)' '$(VENV)/$(1)'; then
    echo 'Installing $(1), which takes a minute and happens only when it changed'
    $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement '$(1)'
    cp $(1) $(2) '$(VENV)'
fi
endef

venv:
	@$(call installed,requirements.lock)

venv-dev:
	@$(call installed,requirements-dev.lock,requirements.lock)

database:
	@mkdir -p var
	$(MANAGE) migrate --verbosity 0
	$(MANAGE) seed
	$(MANAGE) reindex --if-empty

# Collected anew only when a static file, the packages that bring some, or the settings are newer than last time.
# Folders count too, so that a removed file is noticed.
static:
	@mkdir -p var
	stamp=var/.static-collected
	newer() { find "$$@" -newer $$stamp -print -quit; }
	if [ ! -e $$stamp ] || [ -n "$$(newer '$(VENV)/requirements.lock' cami_portal/settings.py)" ] ||
	   [ -n "$$(newer */static ! -path 'var/*')" ]; then
	    echo 'Collecting static files'
	    touch $$stamp.next
	    DEBUG=false $(MANAGE) collectstatic --noinput --verbosity 0
	    mv $$stamp.next $$stamp
	fi

# Only if there is none yet: cron renews it.
opendata:
	@[ -e var/dump/current ] || $(MANAGE) dump

# gunicorn and runserver would say it too, but only after the work is done, and gunicorn not in plain words.
define IS_PORT_FREE
import os, socket, sys
host, port = sys.argv[1], int(sys.argv[2])
try:
    socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
except OSError as error:
    sys.exit(f"Port {port} on {host} cannot be used: {os.strerror(error.errno)}. Another one: make run PORT={port + 1}")
endef
export IS_PORT_FREE

port:
	@$(PY) -c "$$IS_PORT_FREE" '$(HOST)' '$(PORT)'
