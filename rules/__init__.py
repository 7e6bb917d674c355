"""What must hold: the norms as data (`packs/`), one pure check per file (`checks/`), and the engine."""
