"""The core for tests: every port in memory, the contracts they must keep, strategies, machines."""
