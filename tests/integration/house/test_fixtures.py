"""The servers that other tests stand on."""

import psycopg
import redis


def test_database_is_an_empty_int_one(postgres_url: str) -> None:
    """Source: SE-40."""
    with psycopg.connect(postgres_url) as connection:
        name = connection.execute("SELECT current_database()").fetchone()
        tables = connection.execute("SELECT current_setting('TimeZone')").fetchone()
    assert name is not None
    assert "test" in name[0].split("_")
    assert tables == ("UTC",)


def test_valkey_answers(valkey_url: str) -> None:
    with redis.Redis.from_url(valkey_url) as client:
        assert client.ping() is True
