"""What happens when things break: processes killed, disks full, clocks wrong, servers away. See docs/explanation/promises.md."""
