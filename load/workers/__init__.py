"""Load from several processes and machines: a lead, and workers that each make a share of one plan."""
