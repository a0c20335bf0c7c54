"""The judge of shapes, where the suite has always found it."""

from fixtures.stripe.fidelity.shapes import violations

__all__ = ["violations"]
