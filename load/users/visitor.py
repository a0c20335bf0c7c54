"""Someone without an account who looks at what there is and what it costs."""

from load.visit import Visit


def look_around(visit: Visit) -> None:
    visit.ask("catalogue", visit.person.visitor.catalogue)
