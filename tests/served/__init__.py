"""The service in processes of its own, for the tests that race for it and kill it."""
