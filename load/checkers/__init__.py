"""Pure checkers: a history and snapshots in, findings out, on any machine. One that crashes knows nothing."""
