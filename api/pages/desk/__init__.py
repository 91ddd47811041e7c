"""The association's desk: members, money, rules and books, each step with the second pair of eyes that it needs."""
