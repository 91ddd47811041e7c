"""The shapes of requests and answers. Unknown fields are refused; money and counts are whole numbers, never text."""
