"""Someone without an account who looks at what there is and what it costs."""

from load.visit import Visit


def look_around(visit: Visit) -> None:
    """The page that a person opens, and the list that a program asks for."""
    visit.ask("pricing_page", visit.person.visitor.pricing_page)
    visit.ask("catalogue", visit.person.visitor.catalogue)
