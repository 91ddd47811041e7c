"""The till of a merchant: an amount, a code, green when it is paid; the day's list, refunds, tellers."""
