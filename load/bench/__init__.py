"""What things cost, as ratios within one run: a figure of a shared machine says little, a ratio stays true."""
