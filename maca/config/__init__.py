"""Settings, addresses, the server and the `maca` command."""
