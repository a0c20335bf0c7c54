"""How much a system can take: steps of rising load, the law that they follow, and what each profile needs of it."""
