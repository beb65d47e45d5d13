"""The database: engines, snapshots, compiled statements, planner hints, the revision watch."""
