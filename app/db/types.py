"""Short names for the SQLAlchemy types of rows, statements, columns and conditions."""

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
Column = SQLColumnExpression[Any]
Condition = ColumnElement[bool]
