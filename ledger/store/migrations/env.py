"""What Alembic runs: every pending revision in the one transaction that `upgrade` began."""

from alembic import context

attributes = context.config.attributes
context.configure(
    connection=attributes["connection"], version_table=attributes["table"], transactional_ddl=True
)
context.run_migrations()
