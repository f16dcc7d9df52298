"""pip's resolver: resolvelib with the preferences, the candidates and the order of requests of one pip release."""
