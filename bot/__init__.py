"""The application: what happens, in which order. Knows no vendor; talks to the outside through `domain.ports`."""
