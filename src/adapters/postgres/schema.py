"""The whole schema in one MetaData: what migrations are compared with."""

import importlib
import pkgutil

from sqlalchemy import Engine, MetaData, text

from adapters.postgres import tables
from adapters.postgres.tables.metadata import metadata

EXTENSIONS = ("btree_gist", "pg_trgm")


def whole_metadata() -> MetaData:
    """The MetaData, with every module of tables loaded."""
    for module in pkgutil.iter_modules(tables.__path__):
        importlib.import_module(f"{tables.__name__}.{module.name}")
    return metadata


def create_schema(engine: Engine) -> None:
    """Make every table in an empty database, with neither history nor data."""
    with engine.begin() as connection:
        for extension in EXTENSIONS:
            connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {extension}"))
        whole_metadata().create_all(connection)
