"""The door of the marketer who explains offers: what each ad promised, so that managers know what the person saw."""
