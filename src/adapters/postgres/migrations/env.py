"""How Alembic reaches the database: over the connection that `migrate` lends it."""

from alembic import context

from adapters.postgres.schema import whole_metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=whole_metadata(),
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
