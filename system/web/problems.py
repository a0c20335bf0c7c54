from system.kit.problems import Forbidden


class ForeignForm(Forbidden):
    """This form was not made for this browser, or another site sent it; reload the page and send it again."""

    slug = "foreign-form"
    title = "We did not take this form"
