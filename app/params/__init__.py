"""Parameters: the types, query models and cursors that clients may send."""
