"""Commands for those who write documents."""
