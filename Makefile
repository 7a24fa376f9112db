.PHONY: bench

# Needs root, because it makes cgroups.
bench:
	Tests/Benchmarks/run.sh
