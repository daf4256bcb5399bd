"""The commands of `maca` that come in groups: one module a group."""
