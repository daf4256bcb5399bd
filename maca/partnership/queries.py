from maca.partnership.models import Person, Role


def people_of(person: Person) -> list[Person]:
    """Everybody in one's own partnership who can sign in, with agency and roles."""
    return list(
        Person.objects.visible_to(person)
        .filter(is_active=True)
        .select_related("agency")
        .prefetch_related("appointments")
        .order_by("agency__name", "name")
    )


def invented_people() -> list[Person]:
    """Everybody a training site can sign in as with one click, in the order an audit meets them."""
    people = (
        Person.objects.filter(partnership__training=True, is_active=True)
        .select_related("agency", "partnership")
        .prefetch_related("appointments")
    )
    order = list(Role)
    return sorted(people, key=lambda one: (min((order.index(role) for role in one.roles), default=99), one.name))
