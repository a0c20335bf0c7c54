"""Whether one build is slower than another, by whole runs and never by single requests, which resemble each other."""
