"""The shared vocabulary: frozen values, no input or output, no clock. Imports nothing else of this project."""
