"""Environment variables, read once into frozen groups; refused with one line per problem."""
