"""Small worlds of package indexes on loopback: the server, the format that describes them, and the built-in lessons."""
