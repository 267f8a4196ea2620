# A thin door to `cargo xtask`, which does the work: see xtask/src/main.rs.
# Every target but `help` and `clean-dev` begins with the bootstrap step, which installs what is
# missing and is quick when nothing is.

# Not `cargo xtask`, whose `--quiet` would hide a first compilation.
XTASK := cargo run --package xtask --

.DEFAULT_GOAL := help
.PHONY: help dev test test-slow check clean-dev

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

dev: ## Start a development network on this machine, and play the tour
	@$(XTASK) bootstrap
	@$(XTASK) dev

test: ## Run every check of the project
	@$(XTASK) bootstrap --tests
	@$(XTASK) ci

test-slow: ## Run every check of the project, and the slow tests too
	@$(XTASK) bootstrap --tests
	@RUN_SLOW_TESTS=1 $(XTASK) ci

check: ## Check what changed since the last commit: the inner loop
	@$(XTASK) bootstrap
	@$(XTASK) check

clean-dev: ## Forget the development network's chains, keys and logs
	rm -rf .dev
