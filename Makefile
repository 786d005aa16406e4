# Each target calls the script of the same name in scripts/ and passes ARGS to it.
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help install run console-dev screenshots test check clients format audit bench bench-scale soak contract licences sbom lock clean

help: # Print this list.
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nARGS passes arguments to the script: make test ARGS="-k primary"\n'

##@ Use
run: ## Install the dependencies and start the service on this machine.
	@scripts/run $(ARGS)

##@ Development
install: ## Create .venv with all development dependencies.
	@scripts/install dev
console-dev: ## Serve the console's sources with hot reload, beside `make run`.
	@scripts/install dev && .venv/bin/python -m scripts.console dev
test: ## Run the tests.
	@scripts/test $(ARGS)
check: ## Run all checks except tests.
	@scripts/check
clients: ## Generate clients from the OpenAPI document, and try them.
	@scripts/clients
audit: ## Check dependencies for known vulnerabilities and for their licences.
	@scripts/audit $(ARGS)
format: ## Format the code.
	@scripts/format
bench: ## Run the benchmarks against a minimal server, on both databases.
	@scripts/bench $(ARGS)
bench-scale: ## Compare a million rows with ten thousand, on both databases.
	@scripts/bench-scale $(ARGS)
soak: ## Overload the service for a minute.
	@scripts/soak $(ARGS)

##@ Generated files
screenshots: ## Take pictures of the console's screens; needs Chromium.
	@scripts/install dev && .venv/bin/python -m scripts.screenshots $(ARGS)
contract: ## Write api_contract.yaml from the code.
	@scripts/contract $(ARGS)
licences: ## Write docs/reference/licences.md.
	@scripts/licences $(ARGS)
sbom: ## Write the software bill of materials, dist/crm-cell.cdx.json.
	@scripts/sbom $(ARGS)
lock: ## Update the lock files from pyproject.toml.
	@scripts/lock $(ARGS)
clean: ## Remove .venv, caches and built pages.
	@scripts/clean
