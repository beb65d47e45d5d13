"""The resources, one file each: schemas, parameters and the declaration of the list, without HTTP.

None imports another, and none imports FastAPI, so that a load can read the declarations quickly.
"""
