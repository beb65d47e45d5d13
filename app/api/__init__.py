"""The resources, one file each; none imports another."""
