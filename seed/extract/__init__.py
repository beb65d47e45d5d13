"""The first step of a load: documents become statements, verified as far as each alone can tell."""
