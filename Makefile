# The menu. Each target calls a script of the same name in scripts/; arguments go along in ARGS.
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help install run test check clients format audit bench bench-scale soak contract licences sbom lock clean

help: # Print this menu.
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nArguments go along in ARGS: make test ARGS="-k primary"\n'

##@ Use
run: ## Start the service on this machine, installing first what it needs.
	@scripts/run $(ARGS)

##@ Work
install: ## Make .venv with everything for working here.
	@scripts/install dev
test: ## Run the tests.
	@scripts/test $(ARGS)
check: ## Run every check that is not a test.
	@scripts/check
clients: ## Generate clients from the OpenAPI document, and use them.
	@scripts/clients
audit: ## Look for known holes in what comes from others, and at its licences.
	@scripts/audit $(ARGS)
format: ## Format the code.
	@scripts/format
bench: ## Measure speed: the service beside its floor, on both databases.
	@scripts/bench $(ARGS)
bench-scale: ## Measure a million rows beside ten thousand, on both databases.
	@scripts/bench-scale $(ARGS)
soak: ## Ask more of the service than it can do, for a minute.
	@scripts/soak $(ARGS)

##@ Keep
contract: ## Write api_contract.yaml from the code.
	@scripts/contract $(ARGS)
licences: ## Write docs/reference/licences.md.
	@scripts/licences $(ARGS)
sbom: ## Write the bill of materials, dist/crm-cell.cdx.json.
	@scripts/sbom $(ARGS)
lock: ## Write the locks anew from pyproject.toml.
	@scripts/lock $(ARGS)
clean: ## Remove .venv, caches and built pages.
	@scripts/clean
