"""The wallet of a member: speaks HTTP to a server, verifies receipts without one."""
