"""What Alembic runs: every pending revision in the one transaction that `upgrade` began."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
