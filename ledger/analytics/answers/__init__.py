"""What an indicator answers, how it is declared, and the words for both."""
