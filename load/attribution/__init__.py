"""What was the limit? Samples taken beside a run once a second, and what they say of it, offline."""
