"""Items: the records of all lists as the lists give them, finished by a load."""

from sqlmodel import Field, SQLModel

from app.models.base import BigInt


class Item(SQLModel, table=True):
    """One record of a list: an answer only has to put such texts together."""

    list: str = Field(primary_key=True, description="Path of the list.")
    id: int = Field(primary_key=True, sa_type=BigInt, description="Key of the entity or fact.")
    text: str = Field(description="The item, as JSON.")
