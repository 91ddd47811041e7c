"""People, credentials, roles and permissions: all personal data is here."""
